import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresIn } from '../../soak/postgres.js';
import { testDirectoryPrefix } from './abandoned.js';

/** A directory for COMPASS_DATA_DIR, and the embedded Postgres in it as one finds it from outside. */
export interface DataDirectory {
  readonly path: string;
  /** Address of the product's database, password included. */
  databaseUrl(): string;
  /** The main process of Postgres first, then its children; none when it does not run. */
  postgresPids(): number[];
  /** To Postgres and all of its children. */
  signalPostgres(signal: NodeJS.Signals): void;
  remove(): Promise<void>;
}

export function makeDataDirectory(): DataDirectory {
  const path = mkdtempSync(join(tmpdir(), `${testDirectoryPrefix}${process.pid}-`));
  // Where we are root, another user runs Postgres and must be able to pass.
  chmodSync(path, 0o711);
  const postgres = postgresIn(path);
  return {
    path,
    postgresPids: postgres.pids,
    databaseUrl: postgres.url,
    signalPostgres: postgres.signal,
    async remove() {
      postgres.signal('SIGKILL');
      await rm(path, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
