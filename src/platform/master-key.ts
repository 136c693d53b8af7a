import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectory } from './directory.js';

/** What a key derived from the master key is for; keys of different purposes tell nothing about each other. */
export type KeyPurpose = 'key-ring' | 'sessions' | 'cursors' | 'replies' | 'reply-marks' | 'claim-links';

export interface MasterKeySource {
  /** The key itself, 32 bytes. */
  readonly masterKey?: Buffer | undefined;
  /** Where somebody keeps it for us. */
  readonly masterKeyFile?: string | undefined;
  /** Otherwise it stands here as `master.key`, made at the first start. */
  readonly dataDirectory: string;
  /** Where the embedded database keeps its data. */
  readonly databaseDirectory: string;
}

/**
 * The key that everything sealed by this installation depends on, 32 bytes. It is made only together
 * with a new database: what an existing one holds could not be opened with a new key.
 * @throws Error in words: missing, unreadable, open to others, not 32 bytes in base64
 */
export function openMasterKey(source: MasterKeySource): Buffer {
  if (source.masterKey) return source.masterKey;
  // Secret stores mount their files readable for all in the container; only changing it must be closed.
  if (source.masterKeyFile) return readMasterKey(source.masterKeyFile, 0o022);
  const path = join(source.dataDirectory, 'master.key');
  if (!existsSync(path)) {
    if (existsSync(source.databaseDirectory)) throw new Error(missingWords(path, source.databaseDirectory));
    makeMasterKey(path);
  }
  return readMasterKey(path, 0o077);
}

/** A key for one purpose, 32 bytes, by HKDF-SHA256 (RFC 5869). */
export function deriveKey(masterKey: Uint8Array, purpose: KeyPurpose): Buffer {
  return derive(masterKey, purpose, 32);
}

/** Tells master keys apart without telling anything about them: 16 hexadecimal digits. */
export function masterKeyFingerprint(masterKey: Uint8Array): string {
  return derive(masterKey, 'fingerprint', 8).toString('hex');
}

function derive(masterKey: Uint8Array, info: string, lengthBytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', `compass-keys ${info}`, lengthBytes));
}

function missingWords(path: string, databaseDirectory: string): string {
  return (
    `The master key ${path} is missing, and what the database in ${databaseDirectory} holds is sealed by it. ` +
    'Restore the file from its backup, or give the key by COMPASS_MASTER_KEY.'
  );
}

function readMasterKey(path: string, forbiddenMode: number): Buffer {
  const text = read(path);
  const { mode } = statSync(path);
  if (process.platform !== 'win32' && (mode & forbiddenMode) !== 0) {
    throw new Error(
      `The master key ${path} is open to other users (mode ${(mode & 0o777).toString(8)}). Run chmod 600 on it.`,
    );
  }
  if (!/^[\w+/-]{43}=?$/.test(text)) {
    throw new Error(
      `The master key ${path} is not 32 bytes in base64 (as from: openssl rand -base64 32). Restore it from its backup.`,
    );
  }
  return Buffer.from(text, 'base64');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The master key cannot be read: ${why}`, { cause });
  }
}

/** Complete or not at all; where two processes begin at once, both go on with the same key. */
function makeMasterKey(path: string): void {
  makeDirectory(dirname(path));
  const draft = `${path}.new-${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}
