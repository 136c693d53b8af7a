import type { KeyView } from '../../src/application/key/key-view.js';
import type { HistoryEntry } from '../../src/audit/entry.js';
import { runAdmin } from '../support/admin-command.js';
import { bearer, type Caller } from '../support/http-client.js';
import { issueOperator } from '../support/operator.js';
import type { Owner } from '../support/people.js';
import { expectProblem } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

const day = 86_400_000;

interface Wallet {
  readonly id: string;
  readonly balanceMicros: number;
}

let service: TestService;
let owner: Owner;
let other: Owner;

beforeAll(async () => {
  service = await startTestService({
    COMPASS_TOP_UP: 'operator',
    COMPASS_SUPPORT_CONTACT: 'keys@example.com',
  });
  owner = await service.signUp();
  other = await service.signUp();
});

afterAll(() => service.stop());

async function issue(...words: string[]): Promise<{ secret: string; key: KeyView; stderr: string }> {
  const { code, stdout, stderr } = await runAdmin(
    service,
    'issue-key',
    '--reason',
    'To set prices',
    ...words,
  );
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^cka_[0-9A-Za-z]{49}\n$/)]);
  const secret = stdout.trim();
  service.secrets.remember('secret', secret);
  // At once: the command has waited for that.
  const answer = await service.send<{ key: KeyView }>('GET', '/v1/whoami', { as: bearer(secret) });
  expect(answer.status).toBe(200);
  return { secret, key: answer.body.key, stderr };
}

describe('the command line', () => {
  it('issues an operator key beside the running service: its secret alone on standard output', async () => {
    const { secret, key, stderr } = await issue();
    expect(stderr).toContain(key.id);
    expect(stderr).toMatch(/The service at http\S+ knows\./);
    expect(stderr).not.toContain(secret);
    expect(key).toMatchObject({ teamId: 'platform', projectId: 'platform', scopes: [], status: 'ACTIVE' });
    expect(Date.parse(key.expiresAt ?? '') - Date.parse(key.createdAt)).toBe(90 * day);
  });

  it('records it like everything else, with the reason and as an operator', async () => {
    const { secret, key } = await issue('--expires-in-days', '7');
    expect(Date.parse(key.expiresAt ?? '') - Date.parse(key.createdAt)).toBe(7 * day);
    const path = `/v1/keys/${key.id}/history`;
    const { body } = await service.send<{ items: HistoryEntry[] }>('GET', path, { as: bearer(secret) });
    expect(body.items).toMatchObject([
      {
        type: 'KeyCreated',
        actor: { type: 'operator', id: 'command-line' },
        reason: 'To set prices',
      },
    ]);
  });

  it('lists the keys, and revokes one: the next request with it is refused', async () => {
    const { secret, key } = await issue();
    const listed = await runAdmin(service, 'list-keys');
    const line = listed.stdout.split('\n').find((one) => one.startsWith(key.id));
    expect(line).toBe(`${key.id}  ACTIVE    ${key.maskedSecret}  until ${key.expiresAt}  To set prices`);
    const revoked = await runAdmin(service, 'revoke-key', key.id, '--reason', 'Lost');
    expect([revoked.code, revoked.stdout]).toEqual([0, '']);
    const refused = await service.send('GET', '/v1/whoami', { as: bearer(secret) });
    expectProblem(refused, 401, 'credential.wrong');
    const after = await runAdmin(service, 'list-keys');
    expect(after.stdout).toContain(`${key.id}  REVOKED `);
  });

  it.each<[string, string[], RegExp]>([
    ['no reason', ['issue-key'], /--reason/],
    ['an empty reason', ['issue-key', '--reason', ' '], /Say why/],
    ['no end', ['issue-key', '--reason', 'r', '--expires-in-days', '0'], /expires in 1 to 36500 days/],
    ['half a day', ['issue-key', '--reason', 'r', '--expires-in-days', '1.5'], /expires in 1 to 36500 days/],
    ['an unknown key', ['revoke-key', 'nothing', '--reason', 'r'], /no operator key nothing/],
  ])('refuses %s in words', async (_, words, expected) => {
    const { code, stdout, stderr } = await runAdmin(service, ...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(expected);
  });

  it('refuses a reason with a secret in it, and to revoke the key of a team', async () => {
    const { secret, key } = owner.freeKey;
    const issued = await runAdmin(service, 'issue-key', '--reason', `Instead of ${secret}`);
    expect([issued.code, issued.stdout]).toEqual([1, '']);
    const revoked = await runAdmin(service, 'revoke-key', key.id, '--reason', 'r');
    expect(revoked.stderr).toContain(`There is no operator key ${key.id}.`);
  });
});

describe('an operator', () => {
  let operator: Caller;
  const of = ({ team }: Owner): Caller => ({ headers: { ...operator.headers, 'compass-team': team.id } });

  beforeAll(async () => {
    operator = await issueOperator(service);
  });

  it('looks into any team, by its id', async () => {
    const { key } = await service.createKey(owner, { name: 'ci', notes: 'For Grace', requestor: 'Grace' });
    const list = (as: Caller) => service.send<{ items: KeyView[] }>('GET', '/v1/keys', { as });
    const names = async (as: Caller) => (await list(as)).body.items.map(({ name }) => name);
    expect(await names(of(owner))).toContain('ci');
    expect(await names(of(other))).not.toContain('ci');
    const seen = await service.send<{ key: KeyView }>('GET', `/v1/keys/${key.id}`, { as: of(owner) });
    // What is personal is the team's.
    expect(seen.body.key).toMatchObject({ id: key.id, notes: null, requestor: null });
    expect(seen.body.key.users).toEqual([{ id: owner.user.id, name: owner.user.name, email: null }]);
    expectProblem(await service.send('GET', `/v1/keys/${key.id}`, { as: of(other) }), 404, 'key.not_found');
    expectProblem(await service.send('GET', `/v1/keys/${key.id}`, { as: operator }), 404, 'key.not_found');
  });

  it('sees all teams, page by page, newest first', async () => {
    type Teams = { items: { id: string; name: string; createdAt: string }[]; nextCursor: string | null };
    const page = async (query: string) =>
      (await service.send<Teams>('GET', `/v1/teams?limit=1${query}`, { as: operator })).body;
    const first = await page('');
    const second = await page(`&cursor=${first.nextCursor}`);
    const [newest, oldest] = [first.items[0], second.items[0]];
    expect([newest, oldest]).toEqual(
      [other, owner].map(({ team: { id, name } }) => ({ id, name, createdAt: expect.any(String) })),
    );
    expect(second.nextCursor).toBeNull();
    expectProblem(await service.send('GET', '/v1/teams', { as: owner }), 403, 'right.missing');
  });

  it('sees the keys of operators where no team is named, and no team that is not there', async () => {
    const { body } = await service.send<{ items: KeyView[] }>('GET', '/v1/keys', { as: operator });
    expect(new Set(body.items.map(({ teamId }) => teamId))).toEqual(new Set(['platform']));
    for (const team of [crypto.randomUUID(), 'platform', 'nonsense']) {
      const as = { headers: { ...operator.headers, 'compass-team': team } };
      expectProblem(await service.send('GET', '/v1/keys', { as }), 404, 'team.not_found');
    }
    for (const path of ['/v1/projects', '/v1/wallets', '/v1/resources', '/v1/bias-profiles']) {
      const answer = await service.send<{ items: unknown[] }>('GET', path, { as: operator });
      expect([path, answer.status, answer.body.items]).toEqual([path, 200, []]);
    }
  });

  it('checks the keys of all teams', async () => {
    for (const { freeKey } of [owner, other]) {
      const verdict = await service.verify(operator, { key: freeKey.secret });
      expect(verdict.body).toMatchObject({ code: 'VALID', keyId: freeKey.key.id });
    }
  });

  it('is told of what operators did to the catalogue, and teams are not', async () => {
    const events = async (as: Caller) =>
      (await service.send<{ items: HistoryEntry[] }>('GET', '/v1/audit/events?limit=200', { as })).body.items;
    const body = { name: 'Chat', free: true, currency: 'USD', billingPolicies: ['free'], models: [] };
    // Whatever team they look into, the catalogue is the platform's.
    expect((await service.send('POST', '/v1/services', { as: of(owner), body })).status).toBe(201);
    const registered = (await events(operator)).find(({ type }) => type === 'ServiceRegistered');
    expect(registered).toMatchObject({
      summary: 'Registered the service “Chat”.',
      actor: { type: 'operator' },
    });
    expect((await events(of(owner))).map(({ type }) => type)).not.toContain('ServiceRegistered');
  });

  it('says that money came in, where teams may not', async () => {
    const body = { name: 'Research', currency: 'USD' };
    const opened = await service.send<{ wallet: Wallet }>('POST', '/v1/wallets', { as: owner, body });
    const path = `/v1/wallets/${opened.body.wallet.id}/top-up`;
    const topUp = { amountMicros: 7, reference: 'Invoice 1' };
    expectProblem(await service.send('POST', path, { as: owner, body: topUp }), 403, 'right.missing');
    const filled = await service.send<{ wallet: Wallet }>('POST', path, { as: of(owner), body: topUp });
    expect([filled.status, filled.body.wallet.balanceMicros]).toEqual([200, 7]);
    expectProblem(await service.send('POST', path, { as: of(other), body: topUp }), 404, 'wallet.not_found');
  });

  it('is no key of any team: gateways do not find it, and nobody acts as the platform', async () => {
    const gateway = await service.createKey(owner, { role: 'admin', scopes: ['verify'] });
    const secret = operator.headers.authorization?.split(' ')[1];
    expect((await service.verify(bearer(gateway.secret), { key: secret })).body.code).toBe('NOT_FOUND');
    const as = { headers: { ...owner.headers, 'compass-team': 'platform' } };
    expectProblem(await service.send('GET', '/v1/keys', { as }), 404, 'team.not_found');
  });

  it('may repeat what it has sent, and not with other rights', async () => {
    const body = { name: 'Twice', free: true, currency: 'USD', billingPolicies: ['free'], models: [] };
    const sending = { as: operator, body, headers: { 'idempotency-key': 'twice' } };
    const answers = [
      await service.send('POST', '/v1/services', sending),
      await service.send('POST', '/v1/services', sending),
    ];
    expect(answers[1]?.body).toEqual(answers[0]?.body);
  });

  it('gives its own key back', async () => {
    const leaving = await issueOperator(service);
    expect((await service.send('POST', '/v1/self/revoke', { as: leaving, body: {} })).status).toBe(204);
    expectProblem(await service.send('GET', '/v1/whoami', { as: leaving }), 401, 'credential.wrong');
  });
});

test('people are told whom to ask for an operator key', async () => {
  const { body } = await service.send<{ supportContact: unknown }>('GET', '/v1/me', { as: owner });
  expect(body.supportContact).toBe('keys@example.com');
});
