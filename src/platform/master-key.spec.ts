import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveKey, masterKeyFingerprint, openMasterKey } from './master-key.js';

let dataDirectory: string;
let databaseDirectory: string;

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'compass-keys-spec-'));
  databaseDirectory = join(dataDirectory, 'postgres');
});

afterEach(() => rmSync(dataDirectory, { recursive: true }));

const open = (source: object = {}): Buffer => openMasterKey({ dataDirectory, databaseDirectory, ...source });

function file(name: string, text: string, mode = 0o600): string {
  const path = join(dataDirectory, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test('is made once, for its owner only, and read from then on', () => {
  const made = open();
  expect(made).toHaveLength(32);
  const path = join(dataDirectory, 'master.key');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(Buffer.from(readFileSync(path, 'utf8'), 'base64')).toEqual(made);
  mkdirSync(databaseDirectory);
  expect(open()).toEqual(made);
});

test('is not made anew where a database exists', () => {
  mkdirSync(databaseDirectory);
  expect(() => open()).toThrow('Restore the file from its backup');
});

test('may be given, by value or in a file', () => {
  const key = Buffer.alloc(32, 7);
  expect(open({ masterKey: key })).toEqual(key);
  const masterKeyFile = file('given', `${key.toString('base64')}\n`, 0o444);
  expect(open({ masterKeyFile })).toEqual(key);
});

test.each([
  ['too short', Buffer.alloc(31).toString('base64'), 'is not 32 bytes in base64'],
  ['too long', Buffer.alloc(33).toString('base64'), 'is not 32 bytes in base64'],
  ['empty', '', 'is not 32 bytes in base64'],
])('says what is wrong with a file that is %s, without its content', (_, text, words) => {
  const masterKeyFile = file('given', text);
  expect(() => open({ masterKeyFile })).toThrow(words);
  expect(() => open({ masterKeyFile })).not.toThrow(text || 'nothing');
});

test('is refused when others can read our file or write a given one', () => {
  const text = Buffer.alloc(32).toString('base64');
  file('master.key', text, 0o640);
  expect(() => open()).toThrow('is open to other users (mode 640)');
  expect(() => open({ masterKeyFile: file('given', text, 0o666) })).toThrow('is open to other users');
  expect(() => open({ masterKeyFile: join(dataDirectory, 'absent') })).toThrow('ENOENT');
});

test('derives unrelated keys per purpose, by RFC 5869, the same for ever', () => {
  const master = Buffer.alloc(32, 1);
  expect(deriveKey(master, 'sessions')).not.toEqual(deriveKey(master, 'cursors'));
  expect(deriveKey(master, 'key-ring').toString('hex')).toBe(
    '8f97dd07d64afac5736c54f4ba52c810d86d61ff611164f597ec812dce2b3eb1',
  );
  expect(masterKeyFingerprint(master)).toMatch(/^[0-9a-f]{16}$/);
  expect(masterKeyFingerprint(master)).not.toBe(masterKeyFingerprint(Buffer.alloc(32, 2)));
});
