import type { VerdictCode } from '../../src/domain/access/verdict.js';
import type { Recorded } from '../../src/domain/recorded.js';
import type { UseRow } from '../../src/domain/uses/events.js';
import type { ReadModel, Table } from '../runner/model.js';

/** The uses of one secret or token; those of a key are the sum over all it has and had. */
export interface SecretUse {
  /** Of a token its own id: its secrets come and go. */
  readonly secretId: string;
  readonly keyId: string;
  /** Of calls that were allowed: a refused call says nothing about whether a key is needed. */
  readonly firstUsedAt: string | null;
  readonly lastUsedAt: string | null;
  /** Calls that were allowed. */
  readonly uses: number;
  /** All calls, by the code they were answered with. */
  readonly counts: { readonly [C in VerdictCode]?: number };
}

type RowsBySecret = ReadonlyMap<string, readonly UseRow[]>;

/** An event tells of hundreds of secrets and is asked about each of them. */
const grouped = new WeakMap<Recorded, RowsBySecret>();

function rowsBySecret(recorded: Recorded): RowsBySecret {
  const known = grouped.get(recorded);
  if (known) return known;
  const { event } = recorded;
  const rows = event.type === 'KeyUsesRecorded' ? event.rows : [];
  const bySecret = Map.groupBy(rows, (row) => ('tokenId' in row ? row.tokenId : row.secretId));
  grouped.set(recorded, bySecret);
  return bySecret;
}

/** Processes record their uses each in their own time, so an event may tell of an earlier use than the last. */
function added(use: SecretUse, { code, count, firstAt, lastAt }: UseRow): SecretUse {
  const counts = { ...use.counts, [code]: (use.counts[code] ?? 0) + count };
  if (code !== 'VALID') return { ...use, counts };
  return {
    ...use,
    firstUsedAt: use.firstUsedAt === null || firstAt < use.firstUsedAt ? firstAt : use.firstUsedAt,
    lastUsedAt: use.lastUsedAt === null || lastAt > use.lastUsedAt ? lastAt : use.lastUsedAt,
    uses: use.uses + count,
    counts,
  };
}

export const secretUses: Table<SecretUse> = {
  name: 'last_used_secrets',
  key: 'secretId',
  columns: {
    secretId: 'id',
    keyId: 'id',
    firstUsedAt: 'instant | null',
    lastUsedAt: 'instant | null',
    uses: 'count',
    counts: 'json',
  },
  indexes: ['(key_id)'],
  keysOf: (recorded) => [...rowsBySecret(recorded).keys()],
  apply(row, recorded, secretId) {
    const rows = rowsBySecret(recorded).get(secretId);
    const keyId = rows?.[0]?.keyId;
    if (!rows || keyId === undefined) return row;
    const none = { secretId, keyId, firstUsedAt: null, lastUsedAt: null, uses: 0, counts: {} };
    return rows.reduce(added, row ?? none);
  },
};

export const lastUsedModel: ReadModel = { name: 'last-used', version: 2, tables: [secretUses] };
