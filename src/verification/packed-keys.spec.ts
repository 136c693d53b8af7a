import fc from 'fast-check';
import type { CopiedOwn } from '../../projections/access/queries.js';
import type { KeyAccessRow } from '../../projections/access/table.js';
import { keyAccessOf } from '../../test/support/key-access.js';
import { sha256 } from '../platform/random.js';
import { createPackedKeys, type OwnOfKey, type PackedKeys } from './packed-keys.js';

const uuidOf = (n: number) => `0192f000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const digestOf = (n: number) => sha256(`secret ${n}`);
const charactersOf = (n: number) => Buffer.from(digestOf(n), 'base64url').toString('latin1');

const instants = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** A row of every kind that fits; few keys, secrets and texts, so that they meet again. */
const rows = fc
  .record({
    keyId: fc.nat(20).map(uuidOf),
    teamId: fc.constantFrom('t1', 't2'),
    type: fc.constantFrom('service_account', 'personal_token'),
    tier: fc.constantFrom('paid', 'free'),
    public: fc.boolean(),
    ownerId: fc.constantFrom(null, 'u1', 'u2'),
    role: fc.constantFrom('member', 'admin'),
    scopes: fc.subarray(['project', 'inference', 'keys'] as const),
    environment: fc.constantFrom(null, 'production', 'prüfung'),
    appId: fc.constantFrom(null, 'app-1'),
    userIds: fc.subarray(['u1', 'u2']),
    resources: fc.subarray([{ resourceId: 'r1', model: 'm1' }]),
    services: fc.subarray([
      { serviceId: 's1', billingPolicy: 'free', models: null, walletId: null } as const,
    ]),
    biasProfileId: fc.constantFrom(null, 'b1'),
    allowedIps: fc.subarray(['192.0.2.0/24']),
    allowedOrigins: fc.subarray(['https://a.example']),
    isDisabled: fc.boolean(),
    expiresAt: fc.option(instants),
    revokedAt: fc.option(instants),
    secretVersion: fc.integer({ min: 1, max: 1_000 }),
    revision: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  })
  .map((changes) => keyAccessOf(changes as Partial<KeyAccessRow>));
const steps = fc.array(
  fc.oneof(
    rows.map((row) => ({ row, keyId: row.keyId })),
    fc.nat(20).map((n) => ({ row: undefined, keyId: uuidOf(n) })),
  ),
  { maxLength: 200 },
);

/** With a secret that no other key has, a new one each time. */
function withSecret(row: KeyAccessRow, n: number): KeyAccessRow {
  return { ...row, secrets: [{ secretId: uuidOf(n + 1_000), digest: digestOf(n), validUntil: null }] };
}

function plain(n: number, changes: Partial<KeyAccessRow> = {}): KeyAccessRow {
  return { ...withSecret(keyAccessOf({ keyId: uuidOf(n) }), n), ...changes };
}

type Add = (packed: PackedKeys, row: KeyAccessRow) => boolean;
const addRow: Add = (packed, row) => packed.add(row, packed.share(row));
const addCopied: Add = (packed, row) => packed.addCopied(copied(copiedFields(row)), packed.share(row));

/** As COPY writes `timestamptz` in UTC, and `jsonb`. */
function copiedFields({
  keyId,
  expiresAt,
  revokedAt,
  secrets,
  secretVersion,
  revision,
}: KeyAccessRow): string[] {
  const instant = (text: string | null) => text?.replace('T', ' ').replace(/\.?0*Z$/, '+00') ?? '\\N';
  const lists = secrets.map(
    ({ digest, secretId, validUntil }) =>
      `{"digest": "${digest}", "secretId": "${secretId}", "validUntil": ${JSON.stringify(validUntil)}}`,
  );
  const numbers = [String(secretVersion), String(revision)];
  return [keyId, instant(expiresAt), instant(revokedAt), `[${lists.join(', ')}]`, ...numbers];
}

/** In the midst of what was there before. */
function copied(fields: readonly string[]): CopiedOwn<OwnOfKey> {
  const bytes = Buffer.from(['before', ...fields, 'after'].join('\t'));
  let start = 'before\t'.length;
  const starts = fields.map((field) => {
    const from = start;
    start += field.length + 1;
    return from;
  });
  const read = () => {
    throw new Error('That is for others.');
  };
  return { bytes, starts: Int32Array.from([...starts, start]), read };
}

describe.each([
  ['rows', addRow],
  ['a COPY', addCopied],
])('packed keys, from %s,', (_, add) => {
  it('give back what was put into them, like a map of rows', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const packed = createPackedKeys();
        const expected = new Map<string, { row: KeyAccessRow; n: number }>();
        for (const [n, { row, keyId }] of history.entries()) {
          expect(packed.remove(keyId)).toBe(expected.delete(keyId));
          if (!row) continue;
          expect(add(packed, withSecret(row, n))).toBe(true);
          expected.set(keyId, { row: withSecret(row, n), n });
        }
        for (let n = 0; n <= 20; n++) {
          expect(packed.row(uuidOf(n))).toEqual(expected.get(uuidOf(n))?.row);
        }
        const current = new Map([...expected.values()].map(({ row, n }) => [n, row]));
        for (const n of history.keys()) {
          const { secrets, tokens: _, ...access } = current.get(n) ?? { secrets: [], tokens: [] };
          const found = packed.find(charactersOf(n));
          expect(found?.access ?? {}).toEqual(access);
          expect(found?.secret.secretId).toBe(secrets[0]?.secretId);
        }
      }),
    );
  });

  it.each([
    ['', 0],
    [', with room made for fewer', 5_000],
    [', with room made for all', 40_000],
  ])('find each of many, over several blocks, and again after half of them have gone%s', (_, room) => {
    const packed = createPackedKeys();
    const count = 40_000;
    add(packed, plain(count));
    packed.reserve(room);
    for (let n = 0; n < count; n++) add(packed, plain(n, { revision: n + 1 }));
    for (let n = 0; n < count; n += 2) packed.remove(uuidOf(n));
    const revisions = Array.from({ length: count }, (_, n) => packed.find(charactersOf(n))?.access.revision);
    expect(revisions).toEqual(Array.from({ length: count }, (_, n) => (n % 2 ? n + 1 : undefined)));
  });

  it.each<[string, Partial<KeyAccessRow>]>([
    ['no secret', { secrets: [] }],
    ['two secrets', { secrets: [...plain(1).secrets, ...plain(2).secrets] }],
    [
      'a secret that ends',
      { secrets: [{ ...plain(1).secrets[0]!, validUntil: '2026-01-01T00:00:00.000Z' }] },
    ],
    [
      'a token',
      { tokens: [{ tokenId: 't', userId: 'u', membershipId: 'm', secretId: 's', digest: digestOf(3) }] },
    ],
    ['a digest of another length', { secrets: [{ ...plain(1).secrets[0]!, digest: 'abc' }] }],
    ['an id of another form', { keyId: 'k1' }],
    ['an id in upper case', { keyId: uuidOf(0xabc).toUpperCase() }],
    ['an instant of another time', { expiresAt: '2026-01-01T00:00:00.0001Z' }],
    ['more events than 31 bits count', { revision: 2 ** 31 }],
  ])('refuse a key with %s', (_, changes) => {
    const packed = createPackedKeys();
    expect(add(packed, plain(1, changes))).toBe(false);
    expect([packed.row(uuidOf(1)), packed.find(charactersOf(1)), packed.remove(uuidOf(1))]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });
});

describe('a key whose instant is no plain one', () => {
  const own = copiedFields(plain(1));

  it.each([
    '',
    '\\',
    'infinity',
    '10000-01-01 00:00:00+00',
    '0099-01-01 00:00:00+00',
    '0044-03-15 00:00:00+00 BC',
    '2026-01-01T00:00:00+00',
    '2026-01-01 00:00+00',
    '2026-01-01 00:00:0a+00',
    '2026-01-01 00:00:00',
    '2026-01-01 00:00:00+01',
    '2026-01-01 00:00:00.+00',
    '2026-01-01 00:00:00.x+00',
    '2026-01-01 00:00:00.123456+00',
  ])('is left to others: %j', (instant) => {
    const packed = createPackedKeys();
    const shared = packed.share(plain(1));
    for (const place of [1, 2])
      expect(packed.addCopied(copied(own.with(place, instant)), shared)).toBe(false);
    expect(packed.addCopied(copied(own), shared)).toBe(true);
  });

  it('refuses in rows what it would give back otherwise', () => {
    expect(addRow(createPackedKeys(), plain(1, { expiresAt: '2026-01-01T00:00:00Z' }))).toBe(false);
  });
});
