import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { migrate } from './migrate.js';
import { createKysely, createPool } from './postgres.js';
import { type Attempt, createReplies, migrations, type Replies, type RequestMarks } from './replies.js';

let database: TestDatabase;
let pool: pg.Pool;
let replies: Replies;
const warnings: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { applicationName: 'test' });
  await migrate(pool, { schema: 'replies', migrations });
  const keys = { sealKey: randomBytes(32), markKey: randomBytes(32) };
  replies = createReplies({ db: createKysely(pool), ...keys, warn: (message) => warnings.push(message) });
});

beforeEach(() => pool.query('truncate replies.entries'));

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const request: RequestMarks = { name: ['user', 'ada', '/v1/keys', 'k-1'], content: ['{"name":"ci"}'] };
const other: RequestMarks = { ...request, content: ['{"name":"cd"}'] };
const reply = { status: 201, headers: { etag: '"1"' }, body: { name: 'ci' }, credentialId: 'session-1' };

async function begin(asked = request): Promise<Attempt> {
  const begun = await replies.begin(asked);
  if (begun.state !== 'begun') throw new Error(begun.state);
  return begun.attempt;
}

const stateOf = async (asked: RequestMarks) => (await replies.begin(asked)).state;
const letPass = (interval: string) =>
  pool.query('update replies.entries set begun_at = begun_at - $1::interval', [interval]);
const rows = async () => (await pool.query('select answer, secret from replies.entries')).rows;

it('gives the answer again, with its secret', async () => {
  await (await begin()).finish(reply, 'hush');
  expect(await replies.begin(request)).toEqual({ state: 'answered', reply, secret: 'hush' });
});

it('lets one of many who ask at once begin', async () => {
  const states = await Promise.all(Array.from({ length: 20 }, () => stateOf(request)));
  expect(states.sort()).toEqual(['begun', ...Array<string>(19).fill('in_progress')]);
});

it('tells another request of the same name apart, answered or not', async () => {
  const attempt = await begin();
  expect(await stateOf(other)).toBe('different');
  await attempt.finish(reply, undefined);
  expect(await stateOf(other)).toBe('different');
});

it('begins anew after what failed', async () => {
  await (await begin()).abandon();
  expect(await stateOf(other)).toBe('begun');
});

it('does not begin again what may have been done', async () => {
  await (await begin()).giveUp();
  expect(await stateOf(request)).toBe('outcome_unknown');
  expect(await stateOf(other)).toBe('different');
  await letPass('1 day');
  expect(await stateOf(request)).toBe('begun');
  expect(await stateOf(request)).toBe('in_progress');
});

it('takes who did not come back within a minute for dead, and still keeps what they answer', async () => {
  const late = await begin();
  await letPass('50 seconds');
  expect(await stateOf(request)).toBe('in_progress');
  await letPass('10 seconds');
  expect(await stateOf(other)).toBe('different');
  expect(await stateOf(request)).toBe('outcome_unknown');
  await late.finish(reply, undefined);
  expect(await replies.begin(request)).toEqual({ state: 'answered', reply, secret: undefined });
});

it('hears nothing from an attempt whose day is over', async () => {
  const dead = await begin();
  await letPass('1 day');
  const alive = await begin();
  await dead.finish({ ...reply, status: 500 }, undefined);
  await dead.giveUp();
  await dead.abandon();
  expect(await stateOf(request)).toBe('in_progress');
  await alive.finish(reply, undefined);
  expect(await replies.begin(request)).toEqual({ state: 'answered', reply, secret: undefined });
});

it('gives the secret for ten minutes and deletes it then', async () => {
  await (await begin()).finish(reply, 'hush');
  await letPass('590 seconds');
  expect(await replies.begin(request)).toMatchObject({ secret: 'hush' });
  await replies.sweep();
  expect(await rows()).toEqual([{ answer: expect.any(Buffer), secret: expect.any(Buffer) }]);
  await letPass('10 seconds');
  expect(await replies.begin(request)).toEqual({ state: 'answered', reply, secret: undefined });
  await replies.sweep();
  expect(await rows()).toEqual([{ answer: expect.any(Buffer), secret: null }]);
});

it('gives the answer for a day and deletes it then', async () => {
  await (await begin()).finish(reply, 'hush');
  await letPass('86000 seconds');
  expect(await stateOf(request)).toBe('answered');
  await letPass('400 seconds');
  await replies.sweep();
  expect(await rows()).toEqual([]);
});

it('takes a name again after a day, swept or not', async () => {
  await (await begin()).finish(reply, 'hush');
  await letPass('1 day');
  expect(await stateOf(other)).toBe('begun');
});

it('keeps nothing readable', async () => {
  await (await begin()).finish({ ...reply, body: { email: 'ada@example.com' } }, 'hush-and-lullaby');
  const { rows: kept } = await pool.query<Record<string, unknown>>('select * from replies.entries');
  const text = kept.flatMap((row) => Object.values(row)).join(' ');
  // What is too long to be met by chance in random ids and sealed bytes; `ada` alone was, in an id.
  expect(text).not.toMatch(/hush-and-lullaby|ada@example|session-1|etag"|\/v1\/keys/);
});

it('says when an answer could not be kept, and lets it stand', async () => {
  const attempt = await begin();
  await pool.query('alter table replies.entries rename to away');
  await attempt.finish(reply, undefined);
  await attempt.abandon();
  await attempt.giveUp();
  await pool.query('alter table replies.away rename to entries');
  expect(warnings).toEqual([
    'An answer could not be kept for a repeated request.',
    'A request that failed could not be forgotten.',
    'A request without an outcome could not be given up.',
  ]);
});
