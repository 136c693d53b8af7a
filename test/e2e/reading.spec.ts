import { setTimeout as sleep } from 'node:timers/promises';
import type { UsedSecret } from '../../src/application/key/key-uses.js';
import type { KeyView } from '../../src/application/key/key-view.js';
import type { KeyDiff } from '../../src/audit/diff.js';
import { eventually } from '../support/eventually.js';
import { bearer, type Caller } from '../support/http-client.js';
import { join } from '../support/members.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface Page {
  readonly items: readonly KeyView[];
  readonly nextCursor: string | null;
}

let service: TestService;
let owner: Owner;
let auditor: Caller;
let user: Caller;
/** A key's whole life: made, renamed, rotated, disabled. */
let told: NewKey;
let second: string;
let deleted: NewKey;
/** Instants between the steps above. */
const at: string[] = [];

async function get<Body>(path: string, as: Caller = owner): Promise<Body> {
  const answer = await service.send<Body>('GET', path, { as });
  expect([path, answer.status, answer.text.slice(0, 300)]).toEqual([path, 200, expect.any(String)]);
  return answer.body;
}

async function names(query: string, as: Caller = owner): Promise<string[]> {
  return (await get<Page>(`/v1/keys?${query}`, as)).items.map(({ name }) => name);
}

/** Between two instants at which something happens. */
async function mark(): Promise<void> {
  await sleep(5);
  at.push(new Date().toISOString());
  await sleep(5);
}

async function change(method: string, path: string, body: object): Promise<{ secret: string }> {
  const answer = await service.send<{ secret: string }>(method, path, { as: owner, body });
  expect(answer.status).toBe(200);
  return answer.body;
}

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  auditor = await join(service, owner, 'AUDITOR');
  user = await join(service, owner, 'USER');
  await mark();
  told = await service.createKey(owner, {
    name: 'Deploy pipeline',
    environment: 'production',
    labels: ['ci', 'eu'],
    externalId: 'vault-7',
    department: 'R&D',
    requestor: 'Charles',
    notes: 'Ring first.',
  });
  deleted = await service.createKey(owner, { name: 'Gone by now' });
  await mark();
  const path = `/v1/keys/${told.key.id}`;
  await change('PATCH', path, { name: 'Release pipeline', environment: null, notes: 'Ring twice.' });
  await mark();
  second = (await change('POST', `${path}/rotate`, { gracePeriodSeconds: 3_600 })).secret;
  await change('PUT', `${path}/status`, { status: 'INACTIVE' });
  const removed = await service.send('DELETE', `/v1/keys/${deleted.key.id}`, { as: owner });
  expect(removed.status).toBe(204);
  await mark();
});

afterAll(() => service.stop());

describe('a list of keys', () => {
  it.each([
    ['q=pipeL', ['Release pipeline']],
    ['q=deploy', []],
    ['label=eu', ['Release pipeline']],
    ['externalId=vault-7&status=INACTIVE', ['Release pipeline']],
    ['department=R%26D&sort=-expiresAt', ['Release pipeline']],
    ['requestor=Charles', ['Release pipeline']],
    ['environment=production', []],
    ['status=INACTIVE&sort=lastUsedAt&limit=1', ['Release pipeline']],
    ['tier=free', [expect.any(String)]],
  ])('answers %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it.each([
    ['sort=size', '/sort'],
    ['q=ab', '/q'],
    ['createdAfter=2026-01-01', '/createdAfter'],
    ['createdBefore=0000-01-01T00:00:00Z', '/createdBefore'],
    ['neverUsed=maybe', '/neverUsed'],
    ['size=3', '/size'],
  ])('refuses %s and names the parameter', async (query, pointer) => {
    const answer = await service.send('GET', `/v1/keys?${query}`, { as: owner });
    expectProblem(answer, 400, 'request.invalid');
    expect(pointersOf(answer.body)).toEqual([pointer]);
  });

  it('has cursors that are good for their own sort and filters only', async () => {
    const { nextCursor } = await get<Page>('/v1/keys?limit=1&sort=name');
    expect(await names(`limit=1&sort=name&cursor=${nextCursor}`)).toHaveLength(1);
    for (const query of ['limit=1', 'limit=1&sort=-name', `limit=1&sort=name&asOf=${at[1]}`]) {
      const answer = await service.send('GET', `/v1/keys?${query}&cursor=${nextCursor}`, { as: owner });
      expect([query, answer.status]).toEqual([query, 400]);
    }
  });

  it('is the one of then, as of an instant', async () => {
    expect((await names(`asOf=${at[0]}&tier=paid`)).sort()).toEqual([]);
    expect((await names(`asOf=${at[1]}&tier=paid&sort=name`)).sort()).toEqual([
      'Deploy pipeline',
      'Gone by now',
    ]);
    expect(await names(`asOf=${at[1]}&environment=production`)).toEqual(['Deploy pipeline']);
    expect(await names(`asOf=${at[2]}&status=ACTIVE&q=pipeline`)).toEqual(['Release pipeline']);
    expect(await names(`asOf=${at[3]}&tier=paid`, auditor)).toEqual(['Release pipeline']);
    // Who sees keys that are assigned to them sees no others of the past.
    expect(await names(`asOf=${at[1]}`, user)).toEqual([]);
  });
});

describe('a key of the past', () => {
  const read = (query: string, as: Caller = owner, id = told.key.id) =>
    service.send<{ key: KeyView }>('GET', `/v1/keys/${id}?${query}`, { as });

  it('is read as of an instant and by revision', async () => {
    expect((await read(`asOf=${at[0]}`)).status).toBe(404);
    expect((await read(`asOf=${at[1]}`)).body.key).toEqual(told.key);
    const { body } = await read(`asOf=${at[2]}`);
    expect(body.key).toMatchObject({ name: 'Release pipeline', status: 'ACTIVE', secretVersion: 1 });
    const byRevision = await read(`revision=${body.key.revision}`);
    expect([byRevision.body.key, byRevision.headers.etag]).toEqual([body.key, `"${body.key.revision}"`]);
    expect((await read('revision=999')).status).toBe(404);
  });

  it('is for those who may read the audit, once it is deleted', async () => {
    const query = `asOf=${at[1]}`;
    expect((await read(query, auditor, deleted.key.id)).body.key.name).toBe('Gone by now');
    expect((await read(`asOf=${at[3]}`, auditor, deleted.key.id)).status).toBe(404);
    expect((await read(query, bearer(second), deleted.key.id)).status).toBe(401);
    expect((await read(query, user, deleted.key.id)).status).toBe(404);
    expect((await read(query, await service.signUp(), deleted.key.id)).status).toBe(404);
  });
});

describe('the difference of a key', () => {
  it('is told between instants, revisions and now, with what happened in between', async () => {
    const path = `/v1/keys/${told.key.id}/diff`;
    const diff = await get<KeyDiff>(`${path}?from=${at[1]}&to=${at[2]}`);
    expect(diff.changes).toEqual([
      { field: 'name', from: 'Deploy pipeline', to: 'Release pipeline' },
      { field: 'environment', from: 'production', to: null },
      { field: 'notes', from: 'Ring first.', to: 'Ring twice.' },
    ]);
    expect([diff.from.at, diff.to.at, diff.hasMoreEntries]).toEqual([at[1], at[2], false]);
    expect(diff.entries.map(({ type, summary }) => [type, summary])).toEqual([
      ['KeyDetailsChanged', 'Changed the name, the environment and the notes.'],
    ]);
    const later = await get<KeyDiff>(`${path}?from=${diff.to.revision}`);
    expect(later.entries.map(({ type }) => type)).toEqual(['KeyRotated', 'StatusChanged']);
    expect(later.changes).toContainEqual({ field: 'status', from: 'ACTIVE', to: 'INACTIVE' });
    const same = await get<KeyDiff>(`${path}?from=${at[3]}&to=${at[3]}`);
    expect([same.changes, same.entries]).toEqual([[], []]);
  });

  it('keeps personal data from those who may not see it', async () => {
    const own = await service.createKey(owner, { scopes: ['keys'], role: 'admin' });
    const diff = await get<KeyDiff>(`/v1/keys/${told.key.id}/diff?from=1`, bearer(own.secret));
    expect(diff.changes.map(({ field }) => field)).not.toContain('notes');
  });
});

describe('the uses of a key', () => {
  it('are told of each of its secrets, the present one first', async () => {
    const own = await service.createKey(owner);
    expect((await service.verifyItself(own.secret)).body.allowed).toBe(true);
    const path = `/v1/keys/${own.key.id}`;
    const next = (await change('POST', `${path}/rotate`, { gracePeriodSeconds: 3_600 })).secret;
    await service.verify(owner, { key: next, project: owner.user.id });
    const items = await eventually('uses of both secrets', async () => {
      const uses = await get<{ items: readonly UsedSecret[] }>(`${path}/uses`);
      return uses.items.every(({ counts }) => Object.keys(counts).length > 0) ? uses.items : undefined;
    });
    expect(items).toEqual([
      {
        secretId: expect.any(String),
        maskedSecret: `${next.slice(0, 7)}…${next.slice(-4)}`,
        current: true,
        validUntil: null,
        firstUsedAt: null,
        lastUsedAt: null,
        counts: { WRONG_PROJECT: 1 },
      },
      {
        secretId: expect.any(String),
        maskedSecret: own.key.maskedSecret,
        current: false,
        validUntil: expect.any(String),
        firstUsedAt: expect.any(String),
        lastUsedAt: expect.any(String),
        counts: { VALID: expect.any(Number) },
      },
    ]);
  });
});
