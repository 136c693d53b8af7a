import type { Recorded } from '../../src/domain/recorded.js';
import type { UseRow } from '../../src/domain/uses/events.js';
import type { ReadModel, Table } from '../runner/model.js';

/** The uses of one secret; those of a key are the sum over its secrets. */
export interface SecretUse {
  readonly secretId: string;
  readonly keyId: string;
  readonly lastUsedAt: string;
  /** Calls that were allowed. */
  readonly uses: number;
}

type RowsBySecret = ReadonlyMap<string, readonly UseRow[]>;

/** An event tells of hundreds of secrets and is asked about each of them. */
const grouped = new WeakMap<Recorded, RowsBySecret>();

/** Only what was allowed counts: a refused call says nothing about whether a key is needed. */
function rowsBySecret(recorded: Recorded): RowsBySecret {
  const known = grouped.get(recorded);
  if (known) return known;
  const { event } = recorded;
  const rows = event.type === 'KeyUsesRecorded' ? event.rows.filter(({ code }) => code === 'VALID') : [];
  const bySecret = Map.groupBy(rows, ({ secretId }) => secretId);
  grouped.set(recorded, bySecret);
  return bySecret;
}

/** Processes record their uses each in their own time, so an event may tell of an earlier use than the last. */
function added(use: SecretUse, row: UseRow): SecretUse {
  const lastUsedAt = row.lastAt > use.lastUsedAt ? row.lastAt : use.lastUsedAt;
  return { ...use, lastUsedAt, uses: use.uses + row.count };
}

export const secretUses: Table<SecretUse> = {
  name: 'last_used_secrets',
  key: 'secretId',
  columns: { secretId: 'id', keyId: 'id', lastUsedAt: 'instant', uses: 'count' },
  indexes: ['(key_id)'],
  keysOf: (recorded) => [...rowsBySecret(recorded).keys()],
  apply(row, recorded, secretId) {
    const rows = rowsBySecret(recorded).get(secretId);
    const keyId = rows?.[0]?.keyId;
    if (!rows || keyId === undefined) return row;
    return rows.reduce(added, row ?? { secretId, keyId, lastUsedAt: '', uses: 0 });
  },
};

export const lastUsedModel: ReadModel = { name: 'last-used', version: 1, tables: [secretUses] };
