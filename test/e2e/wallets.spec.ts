import type { WalletView } from '../../src/application/wallet/get-wallet.js';
import type { WalletEntry } from '../../src/domain/wallet/entry.js';
import { newId } from '../../src/platform/ids.js';
import type { Sending } from '../support/http-client.js';
import { join } from '../support/members.js';
import type { Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface OneWallet {
  readonly wallet: WalletView;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

let service: TestService;
let owner: Owner;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
});

afterAll(() => service.stop());

function send<Body = OneWallet>(method: string, path: string, sending: Sending = {}) {
  return service.send<Body>(method, `/v1/wallets${path}`, { as: owner, ...sending });
}

async function open(sending: Sending = {}): Promise<WalletView> {
  const answer = await send('POST', '', { body: { name: 'Research', currency: 'USD' }, ...sending });
  expect(answer.status).toBe(201);
  return answer.body.wallet;
}

const topUp = (id: string, amountMicros: unknown, sending: Sending = {}) =>
  send('POST', `/${id}/top-up`, { body: { amountMicros, reference: 'Invoice 1' }, ...sending });

const ledgerOf = async (id: string, query = '', sending: Sending = {}) =>
  (await send<Page<WalletEntry>>('GET', `/${id}/ledger${query}`, sending)).body;

describe('a wallet', () => {
  it('is opened empty', async () => {
    const { status, headers, body } = await send('POST', '', { body: { name: 'Research', currency: 'EUR' } });
    const { id } = body.wallet;
    expect(status).toBe(201);
    expect(headers).toMatchObject({ etag: '"1"', location: `/v1/wallets/${id}` });
    expect(body).toEqual({
      wallet: {
        id: expect.any(String),
        teamId: owner.team.id,
        name: 'Research',
        currency: 'EUR',
        balanceMicros: 0,
        openedAt: expect.any(String),
        revision: 1,
      },
    });
    expect((await send('GET', `/${id}`)).body).toEqual(body);
    expect(await ledgerOf(id)).toEqual({ items: [], nextCursor: null });
  });

  it.each([
    ['currency', 'usd'],
    ['currency', 'USDT'],
    ['currency', null],
    ['name', ''],
    ['name', 'x'.repeat(101)],
  ])('is not opened with the %s %j', async (field, wrong) => {
    const body = { name: 'Research', currency: 'USD', [field]: wrong };
    const answer = await send('POST', '', { body });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(`/${field}`);
  });

  it('is listed with the newest first, page by page, and by its own team alone', async () => {
    const other = await service.signUp();
    const opened: WalletView[] = [];
    for (const name of ['One', 'Two', 'Three']) {
      opened.push(await open({ as: other, body: { name, currency: 'USD' } }));
    }
    const first = await send<Page<WalletView>>('GET', '?limit=2', { as: other });
    const rest = await send<Page<WalletView>>('GET', `?limit=2&cursor=${first.body.nextCursor}`, {
      as: other,
    });
    expect([...first.body.items, ...rest.body.items]).toEqual(opened.toReversed());
    expect(rest.body.nextCursor).toBeNull();
  });
});

describe('topping up', () => {
  it('adds to the balance, and to the ledger', async () => {
    const { id } = await open();
    await topUp(id, 5_000_000);
    const { status, headers, body } = await topUp(id, 1);
    expect(status).toBe(200);
    expect(headers.etag).toBe('"3"');
    expect(body.wallet).toMatchObject({ balanceMicros: 5_000_001, revision: 3 });
    const { items } = await ledgerOf(id);
    const entry = { type: 'top_up', shortfallMicros: 0, reference: 'Invoice 1', usageId: null };
    expect(items).toMatchObject([
      { ...entry, amountMicros: 1, balanceMicros: 5_000_001, revision: 3 },
      { ...entry, amountMicros: 5_000_000, balanceMicros: 5_000_000, revision: 2 },
    ]);
  });

  it('is exact up to what a wallet can hold', async () => {
    const { id } = await open();
    const most = Number.MAX_SAFE_INTEGER;
    expect((await topUp(id, most)).body.wallet.balanceMicros).toBe(most);
    expectProblem(await topUp(id, 1), 409, 'wallet.full');
    expect(await ledgerOf(id)).toMatchObject({ items: [{ amountMicros: most, balanceMicros: most }] });
  });

  it('says once what is sent twice with one Idempotency-Key', async () => {
    const { id } = await open();
    const headers = { 'idempotency-key': newId() };
    const first = await topUp(id, 7, { headers });
    const second = await topUp(id, 7, { headers });
    expect(second.body).toEqual(first.body);
    expect((await send('GET', `/${id}`)).body.wallet.balanceMicros).toBe(7);
  });

  it('heeds If-Match', async () => {
    const { id } = await open();
    const stale = await topUp(id, 7, { headers: { 'if-match': '"9"' } });
    expectProblem(stale, 412, 'request.precondition_failed');
    expect((await topUp(id, 7, { headers: { 'if-match': '"1"' } })).status).toBe(200);
  });

  it.each([0, -1, 0.5, '5', null, 2 ** 53])('is refused for %j', async (amountMicros) => {
    const { id } = await open();
    const problem = expectProblem(await topUp(id, amountMicros), 400, 'request.invalid');
    expect(new Set(pointersOf(problem))).toEqual(new Set(['/amountMicros']));
  });

  it('by many at once is no conflict, and loses nothing', async () => {
    const { id } = await open();
    const amounts = Array.from({ length: 100 }, (_, n) => n + 1);
    const answers = await Promise.all(amounts.map((amount) => topUp(id, amount)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await send('GET', `/${id}`)).body.wallet).toMatchObject({ balanceMicros: 5_050, revision: 101 });
    const seen: WalletEntry[] = [];
    for (let query = '?limit=30'; ; ) {
      const { items, nextCursor } = await ledgerOf(id, query);
      seen.push(...items);
      if (nextCursor === null) break;
      query = `?limit=30&cursor=${nextCursor}`;
    }
    expect(seen.map(({ revision }) => revision)).toEqual(amounts.map((n) => 102 - n));
    expect(seen.reduce((sum, { amountMicros }) => sum + amountMicros, 0)).toBe(5_050);
    for (const [at, entry] of seen.entries()) {
      expect(entry.balanceMicros - entry.amountMicros).toBe(seen[at + 1]?.balanceMicros ?? 0);
    }
  });

  it('is told in the audit log', async () => {
    const { id } = await open();
    await topUp(id, 7);
    const path = `/v1/audit/events?type=WalletToppedUp&actorId=${owner.user.id}&limit=200`;
    const { body } = await service.send<Page<{ summary: string }>>('GET', path, { as: owner });
    expect(body.items.at(-1)?.summary).toBe('Put 7 micro-units into the wallet.');
  });

  it('is nothing for a user or an auditor, who see the wallet all the same', async () => {
    const { id } = await open();
    for (const role of ['USER', 'AUDITOR'] as const) {
      const as = await join(service, owner, role);
      expectProblem(await topUp(id, 7, { as }), 403, 'right.missing');
      expect((await send('GET', `/${id}`, { as })).body.wallet.id).toBe(id);
      expect(await ledgerOf(id, '', { as })).toMatchObject({ items: [] });
    }
  });
});

test('where teams do not top up, their owners do not either', async () => {
  const strict = await startTestService({ COMPASS_TOP_UP: 'operator' });
  const as = await strict.signUp();
  const body = { name: 'Research', currency: 'USD' };
  const opened = await strict.send<OneWallet>('POST', '/v1/wallets', { as, body });
  const path = `/v1/wallets/${opened.body.wallet.id}/top-up`;
  const answer = await strict.send('POST', path, { as, body: { amountMicros: 1, reference: 'Cash' } });
  expectProblem(answer, 403, 'right.missing');
  await strict.stop();
});
