import { newId } from '../../src/platform/ids.js';
import { eventually } from '../support/eventually.js';
import { bearer, type Caller } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import { appendToTeam } from '../support/past.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let owner: Owner;
/** A member with the role USER. */
let user: Caller;
let userCalls: KeyCalls;
let ownerCalls: KeyCalls;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  user = await join(service, owner, 'USER');
  userCalls = keyCalls(service, user);
  ownerCalls = keyCalls(service, owner);
});

afterAll(() => service.stop());

const makeToken = (as: Caller, fields: object = {}) =>
  service.createKey(as, { type: 'personal_token', ...fields });
const create = (as: Caller, body: object) => service.send<NewKey>('POST', '/v1/keys', { as, body });

describe('a personal token', () => {
  it('acts as the user who made it', async () => {
    const { key, secret } = await makeToken(owner);
    expect(key).toMatchObject({
      type: 'personal_token',
      userId: owner.user.id,
      users: [{ id: owner.user.id }],
    });
    expect(secret).toMatch(/^ckp_/);
    expect((await service.verifyItself(secret)).body).toMatchObject({
      allowed: true,
      userId: owner.user.id,
    });
  });

  it('is made with a session, not by a key', async () => {
    const manager = await service.createKey(owner, { scopes: ['keys', 'project'], role: 'admin' });
    const answer = await create(bearer(manager.secret), { type: 'personal_token' });
    expectProblem(answer, 403, 'key.token_of_another');
  });

  it('is no business of keys', async () => {
    const manager = await service.createKey(owner, { scopes: ['keys', 'project'], role: 'admin' });
    const { key } = await makeToken(owner);
    const calls = keyCalls(service, bearer(manager.secret));
    expectProblem(await calls.change(key.id, {}), 403, 'right.missing');
    expectProblem(await calls.rotate(key.id), 403, 'right.missing');
    expectProblem(await calls.remove(key.id), 403, 'right.missing');
    expectProblem(await service.revoke(bearer(manager.secret), key.id), 403, 'right.missing');
  });
});

describe('a member with the role USER', () => {
  it('makes personal tokens, and nothing else', async () => {
    expectProblem(await create(user, {}), 403, 'right.missing');
    const { key } = await makeToken(user);
    expect(key).toMatchObject({ scopes: ['project', 'inference'], role: 'member' });
    expectProblem(
      await create(user, { type: 'personal_token', scopes: ['project', 'verify'] }),
      403,
      'key.token_exceeds_user',
    );
    expectProblem(
      await create(user, { type: 'personal_token', role: 'admin' }),
      403,
      'key.token_exceeds_user',
    );
  });

  it('manages their own, within the rights of a user', async () => {
    const { key } = await makeToken(user, { scopes: [] });
    expect((await userCalls.change(key.id, { name: 'Mine', scopes: ['inference'] })).status).toBe(200);
    expectProblem(await userCalls.change(key.id, { scopes: ['keys'] }), 403, 'key.token_exceeds_user');
    expectProblem(await userCalls.change(key.id, { role: 'admin' }), 403, 'key.token_exceeds_user');
    expect((await userCalls.setStatus(key.id, 'INACTIVE')).status).toBe(200);
    expect((await userCalls.setStatus(key.id, 'ACTIVE')).status).toBe(200);
    expect((await service.revoke(user, key.id)).status).toBe(200);
    expect((await userCalls.remove(key.id)).status).toBe(204);
  });

  it('rotates their own, with a grace of at least a day', async () => {
    const { key, secret } = await makeToken(user);
    const hasty = await userCalls.rotate(key.id, { gracePeriodSeconds: 86_399 });
    expectProblem(hasty, 403, 'key.grace_too_short');
    const rotated = await userCalls.rotate(key.id);
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret).toMatch(/^ckp_/);
    expect((await service.verifyItself(secret)).body.allowed).toBe(true);
  });

  it('does not see what others have', async () => {
    const { key } = await makeToken(owner);
    expectProblem(await userCalls.change(key.id, {}), 404, 'key.not_found');
    expectProblem(await userCalls.rotate(key.id), 404, 'key.not_found');
    expectProblem(await userCalls.remove(key.id), 404, 'key.not_found');
    expectProblem(await userCalls.change(owner.freeKey.key.id, {}), 404, 'key.not_found');
  });
});

describe('the owner of the team, to the personal token of a member', () => {
  it('takes rights and gives none', async () => {
    const { key } = await makeToken(user);
    const widened = await ownerCalls.change(key.id, { scopes: ['project', 'inference', 'keys'] });
    expectProblem(widened, 403, 'key.only_its_user');
    expectProblem(await ownerCalls.change(key.id, { name: 'Theirs' }), 403, 'key.only_its_user');
    const narrowed = await ownerCalls.change(key.id, { scopes: ['inference'], expiresInDays: 1 });
    expect(narrowed.body.key).toMatchObject({ scopes: ['inference'] });
    expect((await ownerCalls.setStatus(key.id, 'INACTIVE')).status).toBe(200);
    expectProblem(await ownerCalls.setStatus(key.id, 'ACTIVE'), 403, 'key.only_its_user');
    expectProblem(await ownerCalls.rotate(key.id), 403, 'key.only_its_user');
    expectProblem(await ownerCalls.remove(key.id), 403, 'key.only_its_user');
    expect((await service.revoke(owner, key.id)).status).toBe(200);
  });
});

describe('an auditor', () => {
  it('who was an admin keeps a token that reads and revokes itself, and does not rotate', async () => {
    const person = await join(service, owner, 'ADMIN');
    const { key, secret } = await makeToken(person, { scopes: ['project', 'keys'], role: 'admin' });
    const token = bearer(secret);
    const { body } = await service.send<{ user: { id: string } }>('GET', '/v1/me', { as: person });
    await appendToTeam(service.config, owner.team.id, {
      type: 'MemberJoined',
      membershipId: newId(),
      userId: body.user.id,
      role: 'AUDITOR',
      joinedAt: new Date().toISOString(),
    });
    await eventually(
      'demotion',
      async () => (await service.send('GET', '/v1/keys', { as: token })).status === 403 || undefined,
    );
    const calls = keyCalls(service, token);
    expectProblem(await calls.rotate(key.id), 403, 'key.is_itself');
    expect((await calls.read(key.id)).status).toBe(200);
    expect((await service.send('POST', '/v1/self/revoke', { as: token, body: {} })).status).toBe(204);
  });

  it('makes no token, and changes nothing', async () => {
    const auditor = await join(service, owner, 'AUDITOR');
    expectProblem(await create(auditor, { type: 'personal_token' }), 403, 'right.missing');
    const calls = keyCalls(service, auditor);
    const { key } = await service.createKey(owner);
    expectProblem(await calls.change(key.id, {}), 403, 'right.missing');
    expectProblem(await calls.rotate(key.id), 403, 'right.missing');
    expectProblem(await calls.remove(key.id), 403, 'right.missing');
  });
});
