import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { explainOldNode } from './platform/node-version.js';
import { loadProgram } from './platform/program.js';

/**
 * By how much the heap may grow before its garbage is collected, in percent of what lived the last time. V8 takes up
 * to 300 where memory is plenty, and a process that keeps 120 MB comes to hold 440.
 */
const heapGrowingPercent = 60;

/**
 * Runs a program of the bundle: `<name>.cjs` beside this file, which an older Node might not even be able to read.
 * @param build tells this text of it from all others
 */
export function launch(name: string, build: string): void {
  const oldNode = explainOldNode(process.version);
  if (oldNode !== undefined) {
    process.stderr.write(`\n${oldNode}\n\n`);
    process.exitCode = 1;
    return;
  }
  // Of all threads, and before anything is compiled: V8 keeps what it has compiled for the same flags.
  if (isMainThread) setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
  const inBundle = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  loadProgram(inBundle(`${name}.cjs`), inBundle(`../.compiled/${name}-${build}-${process.arch}`)).run();
}
