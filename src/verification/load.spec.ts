import { type KeyAccessRow, keyAccess } from '../../projections/access/table.js';
import { copyRows } from '../../projections/runner/copy.js';
import { qualifiedName } from '../../projections/runner/tables.js';
import { keyAccessOf } from '../../test/support/key-access.js';
import { type House, openHouse } from '../../test/support/projection-house.js';
import { makeSecret } from '../application/secrets.js';
import { newId } from '../platform/ids.js';
import { type AccessIndex, createAccessIndex } from './access-index.js';
import { loadIndex } from './load.js';

const generation = 1;
let house: House;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

interface Held {
  readonly row: KeyAccessRow;
  readonly secrets: readonly string[];
}

/** A key with a secret for each of these ends. */
function held(changes: Partial<KeyAccessRow> = {}, ends: readonly (string | null)[] = [null]): Held {
  const made = ends.map((validUntil) => ({ validUntil, ...makeSecret('cks') }));
  const secrets = made.map(({ record: { secretId, digest }, validUntil }) => ({
    secretId,
    digest,
    validUntil,
  }));
  return {
    row: keyAccessOf({ keyId: newId(), secrets, ...changes }),
    secrets: made.map(({ secret }) => secret),
  };
}

/** An index from the table of the read model, which has these and no others. */
async function loaded(keys: readonly Held[]): Promise<AccessIndex> {
  await house.pool.query(`truncate ${qualifiedName(keyAccess, generation)}`);
  const client = await house.pool.connect();
  const rows = keys.map(({ row }) => row);
  await copyRows(client, keyAccess, generation, rows);
  client.release();
  const index = createAccessIndex();
  await loadIndex(house.pool, index);
  return index;
}

function expectAll(index: AccessIndex, keys: readonly Held[]): void {
  const found = (secret: string) => {
    const { access, secret: { secretId, validUntil } = {} } = index.find(secret) ?? {};
    return { access, secretId, validUntil };
  };
  expect(index.keysCount()).toBe(keys.length);
  expect(keys.map(({ row }) => index.key(row.keyId))).toEqual(keys.map(({ row }) => row));
  expect(keys.flatMap(({ secrets }) => secrets.map(found))).toEqual(
    keys.flatMap(({ row: { secrets, tokens: _, ...access } }) =>
      secrets.map(({ secretId, validUntil }) => ({ access, secretId, validUntil })),
    ),
  );
}

const strange = ['', '\\N', 'a\tb\nc\rd\\e\\\\f', '{"x",y}', 'ä→🔑', '\b\f\v', ' "quoted" ', 'NULL'];
const instants = [
  '1970-01-01T00:00:00.000Z',
  '2027-07-30T00:23:16.889Z',
  '2027-07-30T00:23:16.890Z',
  '2027-07-30T23:59:59.900Z',
  '2028-02-29T12:00:00.009Z',
  '1969-12-31T23:59:59.999Z',
  '0100-01-01T00:00:00.001Z',
  '0099-12-31T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
];
const token = { tokenId: 't1', userId: 'u1', membershipId: 'm1' };

/** A row of that token, for a user, and its secret. */
function tokenOf(userId: string) {
  const { record, secret } = makeSecret('ckt');
  const { secretId, digest } = record;
  return { row: { ...token, userId, secretId, digest }, secret };
}

describe('an index that is loaded', () => {
  it('has every key as it was written, of whatever form', async () => {
    const { row, secret } = tokenOf('u1');
    const keys = [
      held(),
      ...strange.map((environment) => held({ environment })),
      ...strange.map((text) => held({ userIds: [text], allowedOrigins: [text, 'x'] })),
      ...instants.map((expiresAt) => held({ expiresAt })),
      ...instants.map((revokedAt) => held({ revokedAt, isDisabled: true })),
      ...[9, 10, 999_999_999, 1_000_000_000, 2 ** 31 - 1].map((revision) => held({ revision })),
      held({ secretVersion: 12 }, [null, '2026-12-24T00:00:00.000Z']),
      held({ secretVersion: 3 }, ['2026-12-24T00:00:00.000Z']),
      held({}, []),
      held({ tokens: [row] }),
      ...strange.map((userId) => held({ tokens: [tokenOf(userId).row] })),
      held({ tokens: [tokenOf('u1').row, tokenOf('u2').row] }, [null, null, '2026-12-24T00:00:00.000Z']),
      held({}, ['2026-12-24T00:00:00.000Z', null]),
      held({ keyId: 'k1' }),
      held({ keyId: newId().toUpperCase() }),
      held({ resources: [{ resourceId: newId(), model: 'chat' }], scopes: ['keys', 'inference'] }),
    ];
    const index = await loaded(keys);
    expectAll(index, keys);
    expect(index.find(secret)?.secret).toEqual({ secretId: row.secretId, validUntil: null, token });
    expect(index.find(makeSecret('cks').secret)).toBeUndefined();
  });

  it('has each of many that have nothing in common, and of many that have all', async () => {
    const count = 4_100;
    const alone = Array.from({ length: count }, (_, n) => held({ ownerId: `u${n}`, userIds: [`u${n}`] }));
    const again = Array.from({ length: count }, (_, n) => held({ ownerId: `u${n}`, userIds: [`u${n}`] }));
    const alike = Array.from({ length: count }, () => held({ type: 'personal_token' }));
    const keys = [...alone, ...again, ...alike];
    expectAll(await loaded(keys), keys);
  });

  it('goes on with what changes its keys', async () => {
    const [plain, grace] = [held(), held({}, [null, '2026-12-24T00:00:00.000Z'])];
    const index = await loaded([plain, grace]);
    const before = index.changesCount();
    for (const { row } of [plain, grace])
      index.putKey({ ...row, revokedAt: '2026-12-01T00:00:00.000Z', revision: 2 });
    expect(index.changesCount()).toBe(before + 2);
    expect(index.keysCount()).toBe(2);
    for (const { secrets } of [plain, grace])
      for (const secret of secrets)
        expect(index.find(secret)?.access).toMatchObject({
          revokedAt: '2026-12-01T00:00:00.000Z',
          revision: 2,
        });
  });
});
