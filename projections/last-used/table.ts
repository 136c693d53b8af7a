import type { Recorded } from '../../src/domain/recorded.js';
import type { UseRow } from '../../src/domain/uses/events.js';
import type { ReadModel, Table } from '../runner/model.js';

interface Use {
  readonly lastUsedAt: string;
  /** Calls that were allowed. */
  readonly uses: number;
}

export interface KeyUse extends Use {
  readonly keyId: string;
}

export interface SecretUse extends Use {
  readonly secretId: string;
  readonly keyId: string;
}

/** Only what was allowed counts: a refused call says nothing about whether a key is needed. */
function validRows({ event }: Recorded): readonly UseRow[] {
  return event.type === 'KeyUsesRecorded' ? event.rows.filter(({ code }) => code === 'VALID') : [];
}

/** Processes record their uses each in their own time, so an event may tell of an earlier use than the last. */
function added(use: Use | undefined, rows: readonly UseRow[]): Use {
  return rows.reduce<Use>(
    ({ lastUsedAt, uses }, row) => ({
      lastUsedAt: row.lastAt > lastUsedAt ? row.lastAt : lastUsedAt,
      uses: uses + row.count,
    }),
    use ?? { lastUsedAt: '', uses: 0 },
  );
}

export const keyUses: Table<KeyUse> = {
  name: 'last_used_keys',
  key: 'keyId',
  columns: { keyId: 'id', lastUsedAt: 'instant', uses: 'count' },
  indexes: [],
  keysOf: (recorded) => [...new Set(validRows(recorded).map(({ keyId }) => keyId))],
  apply(row, recorded, keyId) {
    const rows = validRows(recorded).filter((use) => use.keyId === keyId);
    return rows.length === 0 ? row : { keyId, ...added(row, rows) };
  },
};

export const secretUses: Table<SecretUse> = {
  name: 'last_used_secrets',
  key: 'secretId',
  columns: { secretId: 'id', keyId: 'id', lastUsedAt: 'instant', uses: 'count' },
  indexes: ['(key_id)'],
  keysOf: (recorded) => [...new Set(validRows(recorded).map(({ secretId }) => secretId))],
  apply(row, recorded, secretId) {
    const rows = validRows(recorded).filter((use) => use.secretId === secretId);
    const keyId = rows[0]?.keyId;
    return keyId === undefined ? row : { secretId, keyId, ...added(row, rows) };
  },
};

export const lastUsedModel: ReadModel = { name: 'last-used', version: 1, tables: [keyUses, secretUses] };
