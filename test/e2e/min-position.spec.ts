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

const from = (position: string) => ({ as: owner, headers: { 'compass-min-position': position } });
const reads = ['/v1/keys', '/v1/me', '/v1/projects', '/v1/audit/events'];

/** The least position after one, whether it has one number or two. */
const beyond = (position: string) => position.replace(/\d+$/, (last) => String(BigInt(last) + 1n));

describe('Compass-Min-Position', () => {
  it('lists what was written before it', async () => {
    const { headers, body } = await service.send<{ key: { id: string } }>('POST', '/v1/keys', {
      as: owner,
      body: {},
    });
    const position = String(headers['compass-position']);
    const list = await service.send<{ items: { id: string }[] }>('GET', '/v1/keys', from(position));
    expect(list.status).toBe(200);
    expect(list.body.items.map(({ id }) => id)).toContain(body.key.id);
  });

  it('waits for what is written while it waits', async () => {
    const first = await service.send('POST', '/v1/keys', { as: owner, body: {} });
    const next = beyond(String(first.headers['compass-position']));
    const reading = service.send<{ items: { id: string }[] }>('GET', '/v1/keys', from(next));
    const { key } = await service.createKey(owner);
    const { status, body } = await reading;
    expect(status).toBe(200);
    expect(body.items.map(({ id }) => id)).toContain(key.id);
  });

  it('is 503 on every list where this process does not get there', async () => {
    const answers = await Promise.all(
      reads.map((path) => service.send('GET', path, from('99999999999999999999'))),
    );
    for (const answer of answers) {
      expectProblem(answer, 503, 'position.not_reached');
      expect(answer.headers['retry-after']).toBe('1');
    }
  });

  it.each(['', 'x', '-1', '1.2.3', '1e3', '9'.repeat(21)])('%j is refused', async (position) => {
    const problem = expectProblem(
      await service.send('GET', '/v1/keys', from(position)),
      400,
      'request.invalid',
    );
    expect(pointersOf(problem)).toEqual(['/Compass-Min-Position']);
  });

  it('is no way around a credential', async () => {
    const headers = { 'compass-min-position': '99999999999999999999' };
    expectProblem(await service.send('GET', '/v1/keys', { headers }), 401, 'credential.missing');
  });
});
