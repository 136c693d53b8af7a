import { bearer } from '../support/http-client.js';
import type { Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let owner: Owner;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
});

afterAll(() => service.stop());

const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } });

describe('If-Match', () => {
  it('lets a change through at the revision that was seen', async () => {
    const { key } = await service.createKey(owner);
    const seen = await service.send('GET', `/v1/keys/${key.id}`, { as: owner });
    const { etag = '' } = seen.headers;
    expect(etag).toBe(`"${key.revision}"`);
    const { status, headers } = await service.revoke(owner, key.id, ifMatch(etag));
    expect(status).toBe(200);
    expect(headers.etag).toBe(`"${key.revision + 1}"`);
  });

  it.each(['"0"', '"99"', 'W/"1"', '"elsewhere"'])('%s is stale: nothing happens', async (tag) => {
    const { key } = await service.createKey(owner);
    const answer = await service.revoke(owner, key.id, ifMatch(tag));
    const { detail } = expectProblem(answer, 412, 'request.precondition_failed');
    expect(answer.headers.etag).toBe(`"${key.revision}"`);
    expect(detail).toContain(`"${key.revision}"`);
    const after = await service.send<{ key: object }>('GET', `/v1/keys/${key.id}`, { as: owner });
    expect(after.body.key).toMatchObject({ status: 'ACTIVE', revision: key.revision });
  });

  it('* asks only that it exists', async () => {
    const { key } = await service.createKey(owner);
    expect((await service.revoke(owner, key.id, ifMatch('*'))).status).toBe(200);
    const nowhere = await service.revoke(owner, '01990000-0000-7000-8000-000000000000', ifMatch('*'));
    expectProblem(nowhere, 404, 'key.not_found');
  });

  it.each(['1', '"1", "2"', 'nonsense'])('%s is refused', async (tag) => {
    const { key } = await service.createKey(owner);
    const problem = expectProblem(await service.revoke(owner, key.id, ifMatch(tag)), 400, 'request.invalid');
    expect(pointersOf(problem)).toEqual(['/If-Match']);
  });

  it('has one winner of eight who saw the same', async () => {
    const { key } = await service.createKey(owner);
    const tries = Array.from({ length: 8 }, () =>
      service.revoke(owner, key.id, ifMatch(`"${key.revision}"`)),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array<number>(7).fill(412)]);
  });

  it('loses none of eight who did not send it', async () => {
    const { key } = await service.createKey(owner);
    const changes = {
      description: 'one',
      department: 'two',
      environment: 'three',
      appId: 'four',
      externalId: 'five',
      notes: 'six',
      businessJustification: 'seven',
      requestor: 'eight',
    };
    const path = `/v1/keys/${key.id}`;
    const tries = Object.entries(changes).map(([field, value]) =>
      service.send('PATCH', path, { as: owner, body: { [field]: value } }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses).toEqual(Array<number>(8).fill(200));
    const { body } = await service.send<{ key: object }>('GET', path, { as: owner });
    expect(body.key).toMatchObject({ ...changes, revision: key.revision + 8 });
  });

  it('does not tell strangers that a key exists', async () => {
    const { key } = await service.createKey(owner);
    const stranger = await service.signUp();
    expectProblem(await service.revoke(stranger, key.id, ifMatch('"99"')), 404, 'key.not_found');
  });
});

describe('Accept: text/plain', () => {
  const plain = { accept: 'text/plain' };

  it('gets the secret of a new key alone', async () => {
    const answer = await service.send('POST', '/v1/keys', { as: owner, body: {}, headers: plain });
    expect([answer.status, answer.headers['content-type']]).toEqual([201, 'text/plain; charset=utf-8']);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { status } = await service.send('GET', '/v1/whoami', { as: bearer(answer.text), headers: plain });
    expect(status).toBe(200);
  });

  it('gets a problem document when there is no secret', async () => {
    const answer = await service.send('POST', '/v1/keys', {
      as: owner,
      body: { name: '' },
      headers: plain,
    });
    expectProblem(answer, 400, 'key.name_invalid');
  });
});
