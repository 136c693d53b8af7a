import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type StandIn, startStandIn } from '../support/eventstore-stand-in/index.js';
import { eventually } from '../support/eventually.js';
import { type Answer, bearer, createHttpClient } from '../support/http-client.js';
import { type Api, createApi, type NewKey, type Owner } from '../support/people.js';
import { createSecrets } from '../support/secrets.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

/** EventStoreDB is away, under load, for longer than verification may trust its memory. */

/** A minute of it: `COMPASS_TEST_AWAY_SECONDS=60 npm test -- log-away`. */
const awaySeconds = Number(process.env.COMPASS_TEST_AWAY_SECONDS ?? 6);
const boundSeconds = awaySeconds / 2;
const verifiersCount = 8;
const writersCount = 4;
const timeoutMilliseconds = 60_000 + 2_000 * awaySeconds;

let database: TestDatabase;
let standIn: StandIn;
let service: SpawnedService;
let api: Api;
let owner: Owner;
let gateway: NewKey;
let asked: NewKey;

beforeAll(async () => {
  [database, standIn] = await Promise.all([createTestDatabase(), startStandIn()]);
  service = await spawnService({
    COMPASS_DATABASE_URL: database.url,
    COMPASS_MASTER_KEY: Buffer.alloc(32).toString('base64'),
    COMPASS_EVENTSTORE_URL: standIn.url,
    COMPASS_VERIFY_MAX_STALENESS_SECONDS: String(boundSeconds),
  });
  api = createApi(createHttpClient(service.url), service.url, createSecrets());
  owner = await api.signUp();
  gateway = await api.createKey(owner, { scopes: ['verify'] });
  asked = await api.createKey(owner);
});

afterAll(async () => {
  await service.kill('SIGKILL');
  standIn.stop();
  await database.drop();
});

interface Told {
  /** When it was asked and answered. */
  readonly from: number;
  readonly until: number;
  readonly answer: Answer<unknown>;
}

/** Asks again and again until it is ended. */
async function keepAsking(
  ask: () => Promise<Answer<unknown>>,
  told: Told[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const from = performance.now();
    const answer = await ask();
    told.push({ from, until: performance.now(), answer });
    await sleep(20);
  }
}

const verify = () => api.verify(bearer(gateway.secret), { key: asked.secret });
const create = () => api.send<NewKey>('POST', '/v1/keys', { as: owner, body: {} });

/** Since when verification has known no more, at the earliest. */
async function knownAt(): Promise<number> {
  const askedAt = performance.now();
  const { text } = await api.send('GET', '/metrics');
  const seconds = /^compass_verification_staleness_seconds ([\d.e+-]+)$/m.exec(text)?.[1];
  return askedAt - 1_000 * Number(seconds);
}

/** @returns what was answered to whom, and between when the log was away, in milliseconds of the same clock */
async function loadWhile(takeAway: () => void, bringBack: () => Promise<void>) {
  const ending = new AbortController();
  const verdicts: Told[] = [];
  const writes: Told[] = [];
  const load = [
    ...Array.from({ length: verifiersCount }, () => keepAsking(verify, verdicts, ending.signal)),
    ...Array.from({ length: writersCount }, () => keepAsking(create, writes, ending.signal)),
  ];
  await sleep(500);
  const known = await knownAt();
  const from = performance.now();
  takeAway();
  await sleep(1_000 * awaySeconds);
  const until = performance.now();
  await bringBack();
  await eventually('writing', async () => (await create()).status === 201 || undefined);
  await eventually('verification', async () => (await verify()).body.allowed || undefined);
  await eventually('readiness', async () => (await api.send('GET', '/readyz')).status === 200 || undefined);
  const back = performance.now();
  ending.abort();
  await Promise.all(load);
  return { verdicts, writes, known, from, until, back };
}

const gone = {
  takeAway: () => standIn.stop(),
  async bringBack() {
    standIn = await startStandIn({ log: standIn.log, port: standIn.port });
  },
};
const silent = {
  takeAway: () => standIn.setFaults({ append: () => 'silence', read: () => 'silence' }),
  bringBack() {
    standIn.setFaults({});
    return Promise.resolve();
  },
};

test.each([
  ['gone', gone],
  ['silent', silent],
])(
  `${awaySeconds} s %s: verdicts while they may be given, 503 then, and all of it back by itself`,
  async (name, { takeAway, bringBack }) => {
    const { verdicts, writes, known, from, until, back } = await loadWhile(takeAway, bringBack);

    const isAllowed = ({ answer }: Told) => (answer.body as { allowed?: boolean }).allowed === true;
    const wrong = verdicts.filter((told) => !isAllowed(told) && told.answer.status !== 503);
    expect(wrong).toEqual([]);
    const during = verdicts.filter((told) => told.from > from && told.until < until);
    const given = during.filter(isAllowed);
    const refused = during.filter((told) => !isAllowed(told));
    // What it knew was the truth at the latest when the log went away.
    const latest = Math.max(...given.map((told) => told.from)) - from;
    expect(latest).toBeLessThan(1_000 * boundSeconds + 50);
    // And nobody was refused before that was too old, however busy the machine is.
    expect(given.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    const first = Math.min(...refused.map((told) => told.until));
    expect(first).toBeGreaterThanOrEqual(known + 1_000 * boundSeconds);
    for (const { answer } of refused) expectLater(answer, 'verification.stale');

    const acknowledged = writes.filter(({ answer }) => answer.status === 201);
    const unanswered = writes.filter(({ answer }) => answer.status !== 201);
    expect(acknowledged.some((told) => told.from > until)).toBe(true);
    expect(unanswered.length).toBeGreaterThan(0);
    for (const { answer } of unanswered) expectLater(answer);
    for (const { answer } of acknowledged) {
      const { secret } = answer.body as NewKey;
      expect((await api.verify(bearer(gateway.secret), { key: secret })).body.code).toBe('VALID');
    }
    const { id } = (acknowledged.at(-1)?.answer.body as NewKey).key;
    const shown = async () => (await api.send('GET', `/v1/keys/${id}`, { as: owner })).status === 200;
    await eventually('the newest key in the read models', async () => (await shown()) || undefined);
    if (process.env.COMPASS_TEST_AWAY_SECONDS === undefined) return;
    process.stdout.write(
      `${name} for ${awaySeconds} s, bound ${boundSeconds} s: ${given.length} verdicts, the last after ` +
        `${Math.round(latest)} ms, then ${refused.length} times 503; ${unanswered.length} commands 503, ` +
        `${acknowledged.length} acknowledged and there; all back ${Math.round(back - until)} ms after the log.\n`,
    );
  },
  timeoutMilliseconds,
);

function expectLater(answer: Answer<unknown>, code?: string): void {
  expect(answer.status).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  if (code !== undefined) expect(answer.body).toMatchObject({ code });
}
