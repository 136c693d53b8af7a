import { setTimeout as sleep } from 'node:timers/promises';
import { type VerdictCode, verdictCodes } from '../../src/domain/access/verdict.js';
import { newId } from '../../src/platform/ids.js';
import { chat, createCatalogue } from '../support/catalogue.js';
import { bearer } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import type { NewKey, Owner, Verdict } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

/** Every verdict there is, as of now, and later as of then. */

let service: TestService;
let owner: Owner;
let calls: KeyCalls;
let gateway: NewKey;
let meter: NewKey;
let serviceId: string;
let otherProjectId: string;

const post = <Body>(path: string, body?: object) =>
  service.send<Body>('POST', path, { as: owner, ...(body && { body }) });

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  calls = keyCalls(service, owner);
  gateway = await service.createKey(owner, { scopes: ['verify'], role: 'admin' });
  meter = await service.createKey(owner, { scopes: ['meter'] });
  serviceId = await createCatalogue(service).register(chat);
  otherProjectId = await newProjectId();
});

afterAll(() => service.stop());

async function newProjectId(): Promise<string> {
  return (await post<{ project: { id: string } }>('/v1/projects', { name: 'Vision' })).body.project.id;
}

async function newResourceId(): Promise<string> {
  const body = { name: 'r', model: 'jais-30b', resourceType: 'TPM' };
  return (await post<{ resource: { id: string } }>('/v1/resources', body)).body.resource.id;
}

async function newWalletId(amountMicros: number): Promise<string> {
  const body = { name: 'w', currency: 'USD' };
  const { id } = (await post<{ wallet: { id: string } }>('/v1/wallets', body)).body.wallet;
  await post(`/v1/wallets/${id}/top-up`, { amountMicros, reference: 'Invoice 1' });
  return id;
}

const invoiced = (models = ['jais-30b']) => ({ serviceId, billingPolicy: 'invoiced', models });

/** A key that is good at first, what is asked about it, and what changes the answer. */
interface Case {
  readonly made: NewKey;
  readonly question?: object;
  /** Absent: it was the same verdict before. */
  readonly change?: () => Promise<unknown>;
  /** The answer before that; absent: VALID. */
  readonly before?: VerdictCode;
}

const cases: Readonly<Record<VerdictCode, () => Promise<Case>>> = {
  async NOT_FOUND() {
    const made = await service.createKey(owner);
    return { made, change: () => calls.rotate(made.key.id, { gracePeriodSeconds: 0 }) };
  },
  async REVOKED() {
    const made = await service.createKey(owner);
    return { made, change: () => service.revoke(owner, made.key.id) };
  },
  async EXPIRED() {
    const made = await service.createKey(owner);
    const change = async () => {
      const expiresAt = new Date(Date.now() + 2_000).toISOString();
      await calls.change(made.key.id, { expiresAt });
      await sleep(Date.parse(expiresAt) - Date.now() + 1);
    };
    return { made, change };
  },
  async INACTIVE() {
    const made = await service.createKey(owner);
    return { made, change: () => calls.setStatus(made.key.id, 'INACTIVE') };
  },
  async USER_NOT_ENTITLED() {
    const user = await join(service, owner, 'USER');
    const made = await service.createKey(user, { type: 'personal_token' });
    const change = () => service.send('DELETE', `/v1/members/${user.userId}`, { as: owner });
    return { made, change };
  },
  async PROJECT_ARCHIVED() {
    const projectId = await newProjectId();
    const made = await service.createKey(owner, { projectId });
    const sending = { as: owner, body: { status: 'archived' } };
    return { made, change: () => service.send('PUT', `/v1/projects/${projectId}/status`, sending) };
  },
  async IP_NOT_ALLOWED() {
    const made = await service.createKey(owner);
    return { made, change: () => calls.change(made.key.id, { allowedIps: ['192.0.2.1'] }) };
  },
  async ORIGIN_NOT_ALLOWED() {
    const made = await service.createKey(owner, { public: true });
    const question = { origin: 'https://evil.example' };
    const allowedOrigins = ['https://app.example.com'];
    return { made, question, change: () => calls.change(made.key.id, { allowedOrigins }) };
  },
  async APP_MISMATCH() {
    const made = await service.createKey(owner, { appId: 'app-7' });
    const change = () => calls.change(made.key.id, { appId: 'app-8' });
    return { made, question: { appId: 'app-7' }, change };
  },
  async WRONG_PROJECT() {
    const made = await service.createKey(owner);
    return { made, question: { project: otherProjectId }, before: 'WRONG_PROJECT' };
  },
  async INSUFFICIENT_SCOPE() {
    const made = await service.createKey(owner);
    const change = () => calls.change(made.key.id, { scopes: ['project'] });
    return { made, question: { permissions: ['runs:read', 'inferences:create'] }, change };
  },
  async INSUFFICIENT_ROLE() {
    const made = await service.createKey(owner, { role: 'admin' });
    const change = () => calls.change(made.key.id, { role: 'member' });
    return { made, question: { permission: 'connections:write' }, change };
  },
  async SERVICE_NOT_ENABLED() {
    const made = await service.createKey(owner, { services: [invoiced()] });
    return { made, question: { service: serviceId }, change: () => calls.enable(made.key.id, []) };
  },
  async MODEL_NOT_ALLOWED() {
    const made = await service.createKey(owner, { services: [invoiced()] });
    const change = () => calls.enable(made.key.id, [invoiced(['noor'])]);
    return { made, question: { service: serviceId, model: 'jais-30b' }, change };
  },
  async RESOURCE_NOT_ASSIGNED() {
    const made = await service.createKey(owner, { resourceIds: [await newResourceId()] });
    return { made, question: { model: 'jais-30b' }, change: () => calls.assign(made.key.id, []) };
  },
  async RESOURCE_INACTIVE() {
    const resource = await newResourceId();
    const made = await service.createKey(owner, { resourceIds: [resource] });
    const sending = { as: owner, body: { status: 'inactive' } };
    const change = () => service.send('PUT', `/v1/resources/${resource}/status`, sending);
    return { made, question: { resource }, change };
  },
  async INSUFFICIENT_FUNDS() {
    const walletId = await newWalletId(1);
    const paid = { ...invoiced(), billingPolicy: 'pay_as_you_go', walletId };
    const made = await service.createKey(owner, { services: [paid] });
    const usage = { keyId: made.key.id, serviceId, model: 'jais-30b', quantities: { input_tokens: 1_000 } };
    const sending = { as: bearer(meter.secret), body: { ...usage, usageId: newId() } };
    const change = () => service.send('POST', '/v1/usage-records', sending);
    return { made, question: { model: 'jais-30b' }, change };
  },
  async VALID() {
    const made = await service.createKey(owner, { resourceIds: [await newResourceId()] });
    await calls.setStatus(made.key.id, 'INACTIVE');
    const change = () => calls.setStatus(made.key.id, 'ACTIVE');
    return { made, question: { model: 'jais-30b' }, change, before: 'INACTIVE' };
  },
};

/** An instant after all that was recorded, and before all that will be. */
async function thisInstant(): Promise<string> {
  await sleep(2);
  const at = new Date().toISOString();
  await sleep(2);
  return at;
}

async function secretIdOf({ key }: NewKey): Promise<string> {
  const path = `/v1/keys/${key.id}/uses`;
  const { body } = await service.send<{ items: { secretId: string }[] }>('GET', path, { as: owner });
  return body.items[0]?.secretId ?? '';
}

test.each(verdictCodes)('%s, and later it is told that it was so', async (code) => {
  const { made, question = {}, change, before = 'VALID' } = await cases[code]();
  const { key, secret } = made;
  const secretId = await secretIdOf(made);
  const ask = async () => (await service.verify(bearer(gateway.secret), { key: secret, ...question })).body;
  const first = { verdict: await ask(), at: await thisInstant() };
  await change?.();
  const second = { verdict: await ask(), at: await thisInstant() };
  expect([first, second].map(({ verdict }) => verdict.code)).toEqual([before, code]);
  expect(second.verdict.allowed).toBe(code === 'VALID');
  // What has come since is another thing; the personal token of somebody else is not deleted.
  await service.revoke(owner, key.id);
  await calls.remove(key.id);
  expect(['REVOKED', 'NOT_FOUND']).toContain((await ask()).code);
  for (const { verdict, at } of [first, second]) {
    const body = { keyId: key.id, secretId, at, ...question };
    const { status, body: told } = await post<Verdict>('/v1/audit/decision', body);
    expect([status, told]).toEqual([200, verdict]);
  }
});

describe('a verdict of the past', () => {
  const decide = (body: object) => post<Verdict>('/v1/audit/decision', body);

  it('is about the newest secret of then, another one of the key, or a token', async () => {
    const { key, secret } = await service.createKey(owner);
    const { body: issued } = await calls.issueToken(key.id);
    const at = await thisInstant();
    await calls.rotate(key.id, { gracePeriodSeconds: 0 });
    const later = await thisInstant();
    const secretId = await secretIdOf({ key, secret });
    const codes = async (more: object) => [
      (await decide({ keyId: key.id, at, ...more })).body.code,
      (await decide({ keyId: key.id, at: later, ...more })).body.code,
    ];
    expect(await codes({})).toEqual(['VALID', 'VALID']);
    expect(await codes({ secretId })).toEqual(['NOT_FOUND', 'VALID']);
    expect(await codes({ secretId: issued.token.id })).toEqual(['VALID', 'VALID']);
    expect(await codes({ secretId: newId() })).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  it('is NOT_FOUND before there was the key, and the free key had what was free then', async () => {
    const at = await thisInstant();
    const { key } = await service.createKey(owner);
    expect((await decide({ keyId: key.id, at })).body).toEqual({
      allowed: false,
      code: 'NOT_FOUND',
      checked: ['NOT_FOUND'],
      grantedBy: null,
    });
    const free = { keyId: owner.freeKey.key.id, model: 'jais-30b' };
    const before = await thisInstant();
    const catalogue = createCatalogue(service);
    const id = await catalogue.register({ free: true, billingPolicies: ['free'] });
    const between = await thisInstant();
    await catalogue.retire(id);
    const after = await thisInstant();
    const told: Verdict[] = [];
    for (const instant of [before, between, after]) {
      told.push((await decide({ ...free, at: instant })).body);
    }
    expect(told.map(({ code }) => code)).toEqual(['RESOURCE_NOT_ASSIGNED', 'VALID', 'RESOURCE_NOT_ASSIGNED']);
    expect(told[1]).toMatchObject({ grantedBy: { type: 'service', id } });
  });
});
