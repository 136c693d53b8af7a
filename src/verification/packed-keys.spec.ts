import fc from 'fast-check';
import type { CopiedOwn } from '../../projections/access/queries.js';
import type { KeyAccessRow } from '../../projections/access/table.js';
import { keyAccessOf } from '../../test/support/key-access.js';
import { sha256 } from '../platform/random.js';
import { createPackedKeys, type OwnOfKey, type PackedKeys } from './packed-keys.js';

const uuidOf = (n: number) => `0192f000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const digestOf = (n: number) => sha256(`secret ${n}`);
const charactersOf = (digest: string) => Buffer.from(digest, 'base64url').toString('latin1');

const instants = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** A row of every kind that fits; few keys and texts, so that they meet again. Its secrets are another matter. */
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
const keySecretsMax = 3;
const tokensMax = 2;
const secretsMax = keySecretsMax + tokensMax;
const steps = fc.array(
  fc.oneof(
    fc.record({
      row: rows,
      ends: fc.array(fc.option(instants), { maxLength: keySecretsMax - 1 }),
      tokensCount: fc.nat(tokensMax),
    }),
    fc.nat(20).map((n) => ({ row: undefined, keyId: uuidOf(n) })),
  ),
  { maxLength: 100 },
);

/** With secrets that no other key has, new ones each time: of its own one for each of these ends, and those of its tokens. */
function withSecrets(
  row: KeyAccessRow,
  n: number,
  ends: readonly (string | null)[] = [null],
  tokensCount = 0,
): KeyAccessRow {
  const secret = (place: number) => {
    const number = n * secretsMax + place;
    return { secretId: uuidOf(number + 1_000), digest: digestOf(number) };
  };
  const tokens = Array.from({ length: tokensCount }, (_, place) => ({
    tokenId: `token ${place}`,
    userId: 'ü',
    membershipId: 'm',
    ...secret(keySecretsMax + place),
  }));
  return {
    ...row,
    secrets: ends.map((validUntil, place) => ({ ...secret(place), validUntil })),
    tokens,
  };
}

function plain(n: number, changes: Partial<KeyAccessRow> = {}): KeyAccessRow {
  return { ...withSecrets(keyAccessOf({ keyId: uuidOf(n) }), n), ...changes };
}

/** What each secret of a key must find, by its digest. */
function findsOf({ secrets, tokens, ...access }: KeyAccessRow): (readonly [string, object])[] {
  return [
    ...secrets.map(({ digest, ...secret }) => [digest, { access, ...secret, token: undefined }] as const),
    ...tokens.map(
      ({ digest, secretId, ...token }) => [digest, { access, secretId, validUntil: null, token }] as const,
    ),
  ];
}

/** What a secret finds. */
function foundIn(packed: PackedKeys, digest: string): object | undefined {
  const { access, secret } = packed.find(charactersOf(digest)) ?? {};
  return secret && { access, secretId: secret.secretId, validUntil: secret.validUntil, token: secret.token };
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
  tokens,
  secretVersion,
  revision,
}: KeyAccessRow): string[] {
  const instant = (text: string | null) => text?.replace('T', ' ').replace(/\.?0*Z$/, '+00') ?? '\\N';
  const lists = [
    secrets.map(({ digest, secretId, validUntil }) => ({ digest, secretId, validUntil })),
    tokens.map(({ digest, userId, tokenId, secretId, membershipId }) => ({
      digest,
      userId,
      tokenId,
      secretId,
      membershipId,
    })),
  ].map(asJsonb);
  const numbers = [String(secretVersion), String(revision)];
  return [keyId, instant(expiresAt), instant(revokedAt), ...lists, ...numbers];
}

/** A list of records, escaped for a COPY. */
function asJsonb(list: readonly object[]): string {
  const records = list.map((record) =>
    Object.entries(record)
      .map(([name, value]) => `"${name}": ${JSON.stringify(value)}`)
      .join(', '),
  );
  return `[${records.map((record) => `{${record}}`).join(', ')}]`.replaceAll('\\', '\\\\');
}

/** In the midst of what was there before. */
function copied(fields: readonly string[]): CopiedOwn<OwnOfKey> {
  const bytes = Buffer.from(['before', ...fields, 'after'].join('\t'));
  let start = 'before\t'.length;
  const starts = fields.map((field) => {
    const from = start;
    start += Buffer.byteLength(field) + 1;
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
        const expected = new Map<string, KeyAccessRow>();
        const digests = new Set<string>();
        for (const [n, step] of history.entries()) {
          const keyId = step.row ? step.row.keyId : step.keyId;
          expect(packed.remove(keyId)).toBe(expected.delete(keyId));
          if (!step.row) continue;
          const row = withSecrets(step.row, n, [null, ...step.ends], step.tokensCount);
          expect(add(packed, row)).toBe(true);
          expected.set(keyId, row);
          for (const { digest } of [...row.secrets, ...row.tokens]) digests.add(digest);
        }
        for (let n = 0; n <= 20; n++) expect(packed.row(uuidOf(n))).toEqual(expected.get(uuidOf(n)));
        const finds = new Map([...expected.values()].flatMap(findsOf));
        for (const digest of digests) expect(foundIn(packed, digest)).toEqual(finds.get(digest));
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
    const revisions = Array.from(
      { length: count },
      (_, n) => packed.find(charactersOf(plain(n).secrets[0]!.digest))?.access.revision,
    );
    expect(revisions).toEqual(Array.from({ length: count }, (_, n) => (n % 2 ? n + 1 : undefined)));
  });

  it.each<[string, Partial<KeyAccessRow>]>([
    ['no secret', { secrets: [] }],
    [
      'a first secret that ends',
      { secrets: [{ ...plain(1).secrets[0]!, validUntil: '2026-01-01T00:00:00.000Z' }, ...plain(2).secrets] },
    ],
    ['a digest of another length', { secrets: [{ ...plain(1).secrets[0]!, digest: 'abc' }] }],
    ['an id of another form', { keyId: 'k1' }],
    ['an id in upper case', { keyId: uuidOf(0xabc).toUpperCase() }],
    ['an instant of another time', { expiresAt: '2026-01-01T00:00:00.0001Z' }],
    ['more events than 31 bits count', { revision: 2 ** 31 }],
  ])('refuse a key with %s', (_, changes) => {
    const packed = createPackedKeys();
    expect(add(packed, plain(1, changes))).toBe(false);
    const { digest } = plain(1).secrets[0]!;
    expect([packed.row(uuidOf(1)), packed.find(charactersOf(digest)), packed.remove(uuidOf(1))]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });
});

it('a key in a COPY with a list that must be unescaped is left to others', () => {
  const packed = createPackedKeys();
  const { secrets, tokens } = withSecrets(plain(1), 1, [null, null], 1);
  for (const changes of [
    { tokens: [{ ...tokens[0]!, userId: '"' }] },
    { secrets: [secrets[0]!, { ...secrets[1]!, secretId: 'a\\b' }] },
  ]) {
    expect(addCopied(packed, plain(1, changes))).toBe(false);
    expect(addRow(packed, plain(1, changes))).toBe(true);
    expect(packed.row(uuidOf(1))).toEqual(plain(1, changes));
    packed.remove(uuidOf(1));
  }
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
