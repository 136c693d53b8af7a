import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProgram, programParameters } from './program.js';

let directory: string;
let kept: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'compass-keys-spec-'));
  kept = join(directory, 'kept', 'sum');
});

afterEach(() => rmSync(directory, { recursive: true }));

let loaded = 0;

/**
 * A program that writes down the sum of two numbers and lets what is compiled by then be kept. Each time in another
 * file, as V8 remembers the files that this process has loaded.
 */
function load(numbers: readonly [number, number]) {
  loaded += 1;
  const file = join(directory, `sum-${loaded}.cjs`);
  const work = `
    const add = (a, b) => a + b;
    require('node:fs').writeFileSync(__dirname + '/sum', String(add(${numbers.join()})));
    keepProgram();`;
  writeFileSync(file, `(function(${programParameters.join()}){${work}})`);
  return loadProgram(file, kept);
}

const sum = () => readFileSync(join(directory, 'sum'), 'utf8');

test('what was compiled is taken by the next run', () => {
  const first = load([20, 22]);
  expect(first.isKept).toBe(false);
  first.run();
  expect(sum()).toBe('42');
  expect(readdirSync(join(directory, 'kept'))).toEqual(['sum']);
  rmSync(join(directory, 'sum'));
  const second = load([20, 22]);
  expect(second.isKept).toBe(true);
  second.run();
  expect(sum()).toBe('42');
});

test('what is no such thing is left out and written anew', () => {
  load([1, 2]).run();
  writeFileSync(kept, 'no code');
  const program = load([1, 2]);
  expect(program.isKept).toBe(false);
  program.run();
  expect(sum()).toBe('3');
  expect(load([1, 2]).isKept).toBe(true);
});

test('a program runs also where nothing can be kept', () => {
  writeFileSync(join(directory, 'kept'), 'a file where a folder would be');
  load([3, 4]).run();
  expect(sum()).toBe('7');
  expect(load([3, 4]).isKept).toBe(false);
});
