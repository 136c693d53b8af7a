import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedUsage } from '../../src/application/wallet/record-usage.js';
import { loadConfig } from '../../src/config/config.js';
import type { WalletEntry } from '../../src/domain/wallet/entry.js';
import { createCatalogue } from '../support/catalogue.js';
import { type DataDirectory, makeDataDirectory } from '../support/data-directory.js';
import { bearer, type Caller, createHttpClient, type HttpClient } from '../support/http-client.js';
import { withLog } from '../support/log-place.js';
import { type Api, createApi } from '../support/people.js';
import { createSecrets } from '../support/secrets.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

/** Ten thousand reports of usage on one wallet, half of them repeats, to two processes that are killed among them. */

const usagesCount = 5_000;
const atOnceCount = 250;
const killAfterCount = 3_000;
const broughtMicros = 1_000_000_000;
const priceMicros = 7;

const secrets = createSecrets();
let data: DataDirectory;
let service: SpawnedService;
let client: HttpClient;
let api: Api;

async function start(): Promise<void> {
  service = await spawnService({ COMPASS_DATA_DIR: data.path, COMPASS_PROCESSES: '2' });
  client = createHttpClient(service.url);
  api = createApi(client, service.url, secrets);
}

beforeAll(async () => {
  data = makeDataDirectory();
  await start();
});

afterAll(async () => {
  client.close();
  await service.kill('SIGTERM');
  await data.remove();
});

interface Made {
  readonly walletId: string;
  readonly meter: Caller;
  readonly owner: Caller;
  /** What is used each time, but for its id. */
  readonly usage: object;
}

async function make(): Promise<Made> {
  const owner = await api.signUp();
  const config = loadConfig(withLog({ COMPASS_DATA_DIR: data.path }));
  const { register } = createCatalogue({ config, secrets, url: service.url, send: api.send });
  const prices = [{ unit: 'images', amountMicros: priceMicros, perUnits: 1 }];
  const serviceId = await register({ models: [{ model: 'noor', prices }] });
  const wallet = { name: 'Research', currency: 'USD' };
  const opened = await api.send<{ wallet: { id: string } }>('POST', '/v1/wallets', {
    as: owner,
    body: wallet,
  });
  const walletId = opened.body.wallet.id;
  const body = { amountMicros: broughtMicros, reference: 'Invoice 1' };
  await api.send('POST', `/v1/wallets/${walletId}/top-up`, { as: owner, body });
  const paid = { serviceId, billingPolicy: 'pay_as_you_go', models: ['noor'], walletId };
  const { key } = await api.createKey(owner, { services: [paid] });
  const meter = await api.createKey(owner, { scopes: ['meter'] });
  const usage = { keyId: key.id, serviceId, model: 'noor', quantities: { images: 1 } };
  return { walletId, meter: bearer(meter.secret), owner, usage };
}

/** Reports until it is answered: whoever meters does not know what became of a report that was not. */
async function report(as: Caller, body: object): Promise<RecordedUsage> {
  for (;;) {
    const answer = await api
      .send<RecordedUsage>('POST', '/v1/usage-records', { as, body })
      .catch(() => undefined);
    if (answer && answer.status < 300) return answer.body;
    if (answer && answer.status < 500) throw new Error(answer.text);
    await sleep(50);
  }
}

async function ledger(walletId: string, as: Caller): Promise<WalletEntry[]> {
  const entries: WalletEntry[] = [];
  for (let cursor = ''; ; ) {
    const path = `/v1/wallets/${walletId}/ledger?limit=200${cursor}`;
    const { body } = await api.send<{ items: WalletEntry[]; nextCursor: string | null }>('GET', path, { as });
    entries.push(...body.items);
    if (body.nextCursor === null) return entries;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

test('each is debited once, the answers to repeats are the first ones, and the ledger sums to the balance', async () => {
  const { walletId, meter, owner, usage } = await make();
  // Each id twice, far from each other; the stride and the count have no factor in common.
  const ids = Array.from({ length: 2 * usagesCount }, (_, n) => `call-${(n * 7_919) % usagesCount}`);
  const answers = new Map<string, RecordedUsage[]>();
  let answeredCount = 0;
  let restarted: Promise<void> | undefined;

  async function restart(): Promise<void> {
    await service.kill('SIGKILL');
    client.close();
    await start();
  }

  async function work(): Promise<void> {
    for (let usageId = ids.pop(); usageId !== undefined; usageId = ids.pop()) {
      const answer = await report(meter, { usageId, ...usage });
      answers.set(usageId, [...(answers.get(usageId) ?? []), answer]);
      answeredCount += 1;
      if (answeredCount >= killAfterCount) restarted ??= restart();
    }
  }
  await Promise.all(Array.from({ length: atOnceCount }, work));
  await restarted;

  expect(answers.size).toBe(usagesCount);
  const unlike = [...answers.values()].filter(
    ([first, second]) => JSON.stringify(first) !== JSON.stringify(second),
  );
  expect(unlike).toEqual([]);
  const session = { headers: { ...owner.headers, origin: service.url } };
  const entries = await ledger(walletId, session);
  const debits = entries.filter(({ type }) => type === 'debit');
  expect(debits).toHaveLength(usagesCount);
  expect(new Set(debits.map(({ usageId }) => usageId)).size).toBe(usagesCount);
  const taken = debits.reduce(
    (sum, { amountMicros, shortfallMicros }) => sum + amountMicros - shortfallMicros,
    0,
  );
  const balanceMicros = broughtMicros - usagesCount * priceMicros;
  expect(broughtMicros - taken).toBe(balanceMicros);
  expect(entries[0]).toMatchObject({ balanceMicros });
  const path = `/v1/wallets/${walletId}`;
  const read = await api.send<{ wallet: object }>('GET', path, { as: session });
  expect(read.body.wallet).toMatchObject({ balanceMicros, revision: usagesCount + 2 });
  // Who was answered before the kill knows the balance that the ledger tells.
  const told = new Map(debits.map((debit) => [debit.usageId, debit.balanceMicros]));
  for (const [usageId, [first]] of answers) expect(first?.balanceMicros).toBe(told.get(usageId));
}, 180_000);
