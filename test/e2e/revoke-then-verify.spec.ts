import { Agent } from 'node:http';
import { bearer } from '../support/http-client.js';
import type { NewKey, Owner } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

const times = 1_000;
const atOnce = 32;
/** Some twenty seconds on two cores that have nothing else to do. */
const timeoutMilliseconds = 180_000;

let service: TestService;
let owner: Owner;
let gateway: NewKey;
const agents: Agent[] = [];

/** One connection, kept, which nobody else uses. */
function connection(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return agent;
}

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  gateway = await service.createKey(owner, { scopes: ['verify'] });
});

afterAll(async () => {
  for (const agent of agents) agent.destroy();
  await service.stop();
});

/** @returns what was answered after the revocation, to a gateway and to the key itself, and what before */
async function live(writes: Agent, verifies: Agent, own: Agent): Promise<string> {
  const { key, secret } = await service.createKey(owner, {});
  const ask = () => service.verify(bearer(gateway.secret), { key: secret }, { agent: verifies });
  // The key is remembered for its connection from its first request on.
  const askItself = () => service.verifyItself(secret, { agent: own });
  const before = [await ask(), await askItself()];
  const revoked = await service.revoke(owner, key.id, { agent: writes });
  const after = await Promise.all([ask(), askItself()]);
  const codes = [...before, after[0]].map(({ body }) => `${body.allowed} ${body.code}`);
  return [...codes, after[1].status, revoked.status].join(', ');
}

test(
  `a revoked key is never once allowed again, ${times} times`,
  async () => {
    const outcomes = new Map<string, number>();
    let begun = 0;
    const worker = async (): Promise<void> => {
      const [writes, verifies, own] = [connection(), connection(), connection()];
      while (begun++ < times) {
        const outcome = await live(writes, verifies, own);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    expect([...outcomes]).toEqual([['true VALID, true VALID, false REVOKED, 401, 200', times]]);
  },
  timeoutMilliseconds,
);
