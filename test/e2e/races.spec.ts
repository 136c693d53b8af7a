import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import type { Owner } from '../support/people.js';
import { expectProblem } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let owner: Owner;
let keys: KeyCalls;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  keys = keyCalls(service, owner);
});

afterAll(() => service.stop());

const eight = Array.from({ length: 8 }, (_, n) => n);

async function register(model: string, resourceType: string): Promise<string> {
  const body = { name: model, model, resourceType };
  const answer = await service.send<{ resource: { id: string } }>('POST', '/v1/resources', {
    as: owner,
    body,
  });
  return answer.body.resource.id;
}

describe('eight clients change one key at once', () => {
  it('with If-Match one wins, and seven are told to look again', async () => {
    const { key } = await service.createKey(owner);
    const headers = { 'if-match': `"${key.revision}"` };
    const answers = await Promise.all(
      eight.map((n) => keys.change(key.id, { name: `by ${n}` }, { headers })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status !== 200) expectProblem(answer, 412, 'request.precondition_failed');
    }
    expect((await keys.read(key.id)).body.key).toEqual(won[0]?.body.key);
    expect((await keys.history(key.id)).filter(({ type }) => type === 'KeyDetailsChanged')).toHaveLength(1);
  });

  it('without If-Match all are done, and none is lost', async () => {
    const { key } = await service.createKey(owner);
    const answers = await Promise.all(eight.map((n) => keys.change(key.id, { name: `by ${n}` })));
    expect(answers.map(({ status }) => status)).toEqual(eight.map(() => 200));
    const changes = (await keys.history(key.id)).filter(({ type }) => type === 'KeyDetailsChanged');
    const names = changes.map((entry) => entry.changes.find(({ field }) => field === 'name')?.to);
    expect(names.toSorted()).toEqual(eight.map((n) => `by ${n}`));
    const { name, revision } = (await keys.read(key.id)).body.key;
    expect([name, revision]).toEqual([names.at(-1), key.revision + 8]);
  });

  it('each a field of its own: the key has them all', async () => {
    const { key } = await service.createKey(owner);
    const changes = {
      description: 'a',
      department: 'b',
      environment: 'c',
      appId: 'd',
      notes: 'e',
      externalId: 'f',
      labels: ['g'],
      scopes: ['inference'],
    };
    await Promise.all(
      Object.entries(changes).map(([field, value]) => keys.change(key.id, { [field]: value })),
    );
    expect((await keys.read(key.id)).body.key).toMatchObject(changes);
  });

  it('rotate it: every answer is a secret that was the key’s, and the last two are good', async () => {
    const { key } = await service.createKey(owner);
    const rotated = await Promise.all(eight.map(() => keys.rotate(key.id)));
    const codes = await Promise.all(
      rotated.map(async ({ body }) => (await service.verify(owner, { key: body.secret })).body.code),
    );
    expect(codes.toSorted()).toEqual([...Array<string>(6).fill('NOT_FOUND'), 'VALID', 'VALID']);
    expect((await keys.read(key.id)).body.key.secretVersion).toBe(9);
  });

  it('revoke and delete it: it is gone, whoever came first', async () => {
    const { key, secret } = await service.createKey(owner);
    const answers = await Promise.all(
      eight.map((n) => (n % 2 ? keys.remove(key.id) : service.revoke(owner, key.id))),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { status } of answers) expect([200, 204, 404]).toContain(status);
    expect((await service.verify(owner, { key: secret })).body.code).toBe('NOT_FOUND');
  });
});

describe('two sets of resources that race', () => {
  it('never mix: the key has one or the other, without a conflict', async () => {
    const [tokens, pay, other] = [
      await register('m', 'TPM'),
      await register('m', 'PYG'),
      await register('o', 'TPM'),
    ];
    for (let round = 0; round < 5; round++) {
      const { key } = await service.createKey(owner);
      const sets = [[tokens, other], [pay]];
      const answers = await Promise.all(sets.map((set) => keys.assign(key.id, set)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const ids = (await keys.read(key.id)).body.key.resources.map(({ id }) => id);
      expect(sets).toContainEqual(ids);
    }
  });

  it('with If-Match have one winner', async () => {
    const [tokens, pay] = [await register('n', 'TPM'), await register('n', 'PYG')];
    const { key } = await service.createKey(owner);
    const headers = { 'if-match': `"${key.revision}"` };
    const answers = await Promise.all([tokens, pay].map((id) => keys.assign(key.id, [id], { headers })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await keys.read(key.id)).body.key.resources).toHaveLength(1);
  });
});
