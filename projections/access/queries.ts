import { type CopiedOwn, readSnapshot, type Snapshot, type SnapshotPool } from '../runner/snapshot.js';
import { accessModel } from './table.js';

export type { CopiedOwn, SnapshotPool };

/**
 * Reads everything verification needs, as it was at one position of the log.
 * @returns what `use` returns; undefined when no tables of this version of the code are there yet
 * @throws when a rebuild dropped the tables at the moment of the first look: start over
 */
export function readAccess<T>(
  pool: SnapshotPool,
  use: (snapshot: Snapshot) => Promise<T>,
): Promise<T | undefined> {
  return readSnapshot(pool, accessModel, use);
}
