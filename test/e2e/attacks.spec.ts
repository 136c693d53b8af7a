import type { KeyView } from '../../src/application/key/key-view.js';
import { chat, createCatalogue } from '../support/catalogue.js';
import { type Answer, bearer, type Caller } from '../support/http-client.js';
import { keyCalls } from '../support/key-calls.js';
import { join, type Member } from '../support/members.js';
import { issueOperator } from '../support/operator.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** What somebody tries who has read how rights work and wants more of them. */

/** The service's time: it goes on as it does everywhere until a test stops it at an instant. */
let stoppedAt: number | undefined;
const now = () => new Date(stoppedAt ?? Date.now());

let service: TestService;
let owner: Owner;
let stranger: Owner;
let admin: Member;
let user: Member;
let shared: NewKey;

beforeAll(async () => {
  service = await startTestService({}, { now });
  owner = await service.signUp();
  stranger = await service.signUp();
  admin = await join(service, owner, 'ADMIN');
  user = await join(service, owner, 'USER');
  shared = await service.createKey(owner, { userIds: [user.userId] });
});

afterEach(() => {
  stoppedAt = undefined;
});

afterAll(() => service.stop());

const send = <Body>(as: Caller, method: string, path: string, body?: object) =>
  service.send<Body>(method, path, { as, ...(body && { body }) });
const create = (as: Caller, body: object) => send<NewKey>(as, 'POST', '/v1/keys', body);
const personalToken = (as: Caller, fields: object = {}) =>
  service.createKey(as, { type: 'personal_token', ...fields });
const manager = (fields: object = {}) =>
  service.createKey(owner, { scopes: ['keys', 'project', 'inference'], role: 'admin', ...fields });
const changeMember = (as: Caller, userId: string, body: object) =>
  send(as, 'PATCH', `/v1/members/${userId}`, body);
const read = async (keyId: string) => (await keyCalls(service, owner).read(keyId)).body.key;

/** Whatever the answer is, it is a refusal of this status, and the key is as it was before. */
async function expectUntouched(
  { id, revision }: Pick<KeyView, 'id' | 'revision'>,
  status: number,
  answers: readonly Answer<unknown>[],
): Promise<void> {
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => status));
  expect((await read(id)).revision).toBe(revision);
}

/** Everything that can be done to a key but to end it, each of which would change something. */
async function takeOver(by: Caller, keyId: string): Promise<Answer<unknown>[]> {
  const calls = keyCalls(service, by);
  const answers: Answer<unknown>[] = [];
  for (const change of [
    { scopes: ['project'] },
    { role: 'member' },
    { expiresInDays: 9 },
    { name: 'Mine' },
  ]) {
    answers.push(await calls.change(keyId, change));
  }
  answers.push(await calls.rotate(keyId), await calls.rotate(keyId, { gracePeriodSeconds: 0 }));
  answers.push(await calls.setStatus(keyId, 'INACTIVE'), await calls.assignUsers(keyId, []));
  answers.push(await calls.issueToken(keyId), await calls.remove(keyId));
  return answers;
}

describe('an ADMIN', () => {
  it('does not get at what an OWNER has: their personal token, nor with a token of the own', async () => {
    const { key } = await personalToken(owner, { scopes: ['project', 'verify'], role: 'admin' });
    const calls = keyCalls(service, admin);
    for (const body of [{}, { gracePeriodSeconds: 0 }, { expiresInDays: 1 }]) {
      expectProblem(await calls.rotate(key.id, body), 403, 'key.only_its_user');
    }
    expectProblem(await calls.issueToken(key.id), 403, 'right.missing');
    expectProblem(await calls.change(key.id, { scopes: ['project', 'keys'] }), 403, 'key.only_its_user');
    expectProblem(await calls.change(key.id, { notifyEmail: 'eve@example.com' }), 403, 'key.only_its_user');
    expectProblem(await calls.assignUsers(key.id, [admin.userId]), 400, 'key.token_has_one_user');
    expectProblem(await calls.remove(key.id), 403, 'key.only_its_user');
    expect((await read(key.id)).revision).toBe(key.revision);
    const token = await personalToken(admin, { scopes: ['project', 'keys'], role: 'admin' });
    await expectUntouched(key, 403, await takeOver(bearer(token.secret), key.id));
  });

  it('makes no token for an OWNER, and none that is shared with them', async () => {
    for (const userIds of [[owner.user.id], [admin.userId, owner.user.id]]) {
      const answer = await create(admin, { type: 'personal_token', userIds });
      expectProblem(answer, 400, 'key.token_has_one_user');
    }
  });

  it('does not become an OWNER by being invited as one, nor by saying so', async () => {
    const body = { email: admin.email, role: 'OWNER' };
    expectProblem(await send(admin, 'POST', '/v1/invitations', body), 403, 'right.missing');
    expectProblem(await changeMember(admin, admin.userId, { role: 'OWNER' }), 403, 'right.missing');
  });
});

describe('a USER', () => {
  it('gives their token no scope of a machine, whichever way they try', async () => {
    for (const scope of ['verify', 'keys', 'meter']) {
      const body = { type: 'personal_token', scopes: ['project', scope] };
      expectProblem(await create(user, body), 403, 'key.token_exceeds_user');
    }
    const { key } = await personalToken(user);
    const calls = keyCalls(service, user);
    for (const change of [{ scopes: ['verify'] }, { scopes: ['keys'] }, { role: 'admin' }]) {
      expectProblem(await calls.change(key.id, change), 403, 'key.token_exceeds_user');
    }
    expect((await read(key.id)).revision).toBe(key.revision);
  });

  it('who was an ADMIN keeps a token that is worth a USER’s, and cannot mend that', async () => {
    const former = await join(service, owner, 'ADMIN');
    const scopes = ['project', 'keys', 'verify'];
    const { key, secret } = await personalToken(former, { scopes, role: 'admin' });
    await changeMember(owner, former.userId, { role: 'USER' });
    const token = bearer(secret);
    expectProblem(await send(token, 'GET', '/v1/keys'), 403, 'right.missing');
    expectProblem(await create(token, {}), 403, 'right.missing');
    expectProblem(await service.verify(token, { key: shared.secret }), 403, 'right.missing');
    const path = `/v1/projects/${owner.project.id}`;
    expectProblem(await send(token, 'PATCH', path, { name: 'Mine' }), 403, 'right.missing');
    const calls = keyCalls(service, former);
    expectProblem(await calls.change(key.id, { scopes }), 403, 'key.token_exceeds_user');
    expectProblem(await calls.change(key.id, { role: 'admin' }), 403, 'key.token_exceeds_user');
    const rotated = await calls.rotate(key.id);
    expect((await service.verifyItself(rotated.body.secret)).body).toMatchObject({
      role: 'member',
      scopes: ['project'],
    });
  });

  it('uses a key that they are assigned to, and takes nothing of it from the others', async () => {
    const answers = await takeOver(user, shared.key.id);
    // A rotation keeps the grace of a day, and they may have a token of their own.
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 200, 403, 403, 403, 201, 403]);
    expect((await service.verifyItself(shared.secret)).body.code).toBe('VALID');
    expectProblem(await service.revoke(user, shared.key.id), 403, 'right.missing');
  });

  it('who is unassigned sees nothing of the key any more, not in the past either', async () => {
    const { key } = await service.createKey(owner, { userIds: [user.userId] });
    await send(user, 'GET', `/v1/keys/${key.id}`);
    const then = new Date().toISOString();
    await keyCalls(service, owner).assignUsers(key.id, [owner.user.id]);
    const own = `/v1/keys/${key.id}`;
    const pasts = [`?asOf=${then}`, '?revision=1', '/history', '/diff?from=1', '/uses', '/tokens'];
    for (const rest of ['', ...pasts]) {
      expectProblem(await send(user, 'GET', `${own}${rest}`), 404, 'key.not_found');
    }
    for (const query of ['', `?asOf=${then}`, `?userId=${user.userId}`]) {
      const { body } = await send<{ items: KeyView[] }>(user, 'GET', `/v1/keys${query}`);
      expect(body.items.map(({ id }) => id)).not.toContain(key.id);
    }
  });

  it('does not come back as more than they were, by the invitation of another', async () => {
    const { body } = await send<{ invitation: { url: string } }>(owner, 'POST', '/v1/invitations', {
      email: 'grace@example.com',
      role: 'ADMIN',
    });
    const invitation = new URL(body.invitation.url).hash.slice(1);
    service.secrets.remember('secret', invitation);
    const person = { password: 'a password of some length', name: 'Eve' };
    const signUp = (email: string) =>
      service.send<Owner>('POST', '/v1/sign-up', { body: { ...person, email, invitation } });
    for (const email of ['eve@example.com', 'grace+1@example.com', 'g.race@example.com']) {
      expectProblem(await signUp(email), 403, 'invitation.for_another');
    }
    // One address in whatever letters; what only looks like it is none.
    for (const email of ['gr\u0430ce@example.com', 'grace@example.com\u0000', 'grace@exam\u2024ple.com']) {
      expect([400, 403]).toContain((await signUp(email)).status);
    }
    const { password } = user;
    const signedIn = { email: user.email, password, invitation };
    expectProblem(
      await service.send('POST', '/v1/sign-in', { body: signedIn }),
      403,
      'invitation.for_another',
    );
    const answer = await signUp(' GRACE@Example.COM');
    expect(answer.status).toBe(201);
    service.secrets.remember('password', person.password);
    // It lets nobody in again, not even whom it let in.
    expectProblem(await signUp('Grace@example.com'), 404, 'invitation.not_found');
    const grace = answer.body.user;
    expect((await send(owner, 'DELETE', `/v1/members/${grace.id}`)).status).toBe(204);
    const again = { email: 'grace@example.com', password: person.password, invitation };
    expectProblem(await service.send('POST', '/v1/sign-in', { body: again }), 404, 'invitation.not_found');
  });
});

describe('an AUDITOR', () => {
  it('is nobody from the instant on at which their time is over, with every credential', async () => {
    const auditor = await join(service, owner, 'USER');
    const { key, secret } = await personalToken(auditor);
    await keyCalls(service, owner).assignUsers(shared.key.id, [user.userId, auditor.userId]);
    const { body } = await keyCalls(service, auditor).issueToken(shared.key.id);
    // So soon that the service's clock does not count as wrong when it stands there.
    const until = new Date(Date.now() + 3_000).toISOString();
    expect((await changeMember(owner, auditor.userId, { role: 'AUDITOR', until })).status).toBe(200);
    const seen = async () => [
      (await send(auditor, 'GET', '/v1/audit/events')).status,
      (await send(auditor, 'GET', `/v1/keys/${shared.key.id}`)).status,
      (await send(bearer(secret), 'GET', `/v1/keys/${key.id}`)).status,
      (await service.verify(owner, { key: secret })).body.code,
      (await service.verify(owner, { key: body.secret })).body.code,
    ];
    stoppedAt = Date.parse(until) - 1;
    expect(await seen()).toEqual([200, 200, 200, 'VALID', 'USER_NOT_ENTITLED']);
    stoppedAt = Date.parse(until);
    expect(await seen()).toEqual([404, 404, 401, 'USER_NOT_ENTITLED', 'USER_NOT_ENTITLED']);
  });
});

describe('a key that manages keys', () => {
  it('edits neither itself nor its like', async () => {
    const one = await manager();
    const as = bearer(one.secret);
    const own = await takeOver(as, one.key.id);
    // It may rotate itself, and not so that others who use it are locked out.
    expect(own.map(({ status }) => status)).toEqual([403, 403, 403, 403, 200, 403, 403, 403, 403, 403]);
    for (const scope of ['keys', 'verify', 'meter']) {
      const { key } = await service.createKey(owner, { scopes: [scope, 'project', 'inference'] });
      const answers = await takeOver(bearer((await manager()).secret), key.id);
      const removed = answers.pop();
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
      expect(removed?.status).toBe(204);
    }
  });

  it('gives no key more than it has, also not one that is there', async () => {
    const calls = keyCalls(service, bearer((await manager({ scopes: ['keys', 'project'] })).secret));
    const { key } = await service.createKey(owner, { scopes: ['project'] });
    const exceeding = { scopes: ['project', 'inference'] };
    expectProblem(await calls.change(key.id, exceeding), 403, 'key.scopes_exceed_caller');
    expectProblem(
      await create(bearer((await manager({ scopes: ['keys', 'project'] })).secret), { public: true }),
      403,
      'key.scopes_exceed_caller',
    );
    expect((await read(key.id)).revision).toBe(key.revision);
  });

  it('does not reach into another project, by any call', async () => {
    const project = await send<{ project: { id: string } }>(owner, 'POST', '/v1/projects', {
      name: 'Vision',
    });
    const { id } = project.body.project;
    const { key, secret } = await service.createKey(owner, { projectId: id });
    const one = await manager({ scopes: ['keys', 'project', 'verify'] });
    const as = bearer(one.secret);
    await expectUntouched(key, 404, await takeOver(as, key.id));
    await expectUntouched(key, 404, [await service.revoke(as, key.id)]);
    for (const rest of ['', '/history', '/diff?from=1', '/uses', '/tokens', '?revision=1']) {
      expectProblem(await send(as, 'GET', `/v1/keys/${key.id}${rest}`), 404, 'key.not_found');
    }
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'Mine' }],
      ['PUT', '/status', { status: 'archived' }],
    ] as const) {
      expectProblem(await send(as, method, `/v1/projects/${id}${rest}`, body), 404, 'project.not_found');
    }
    const member = await service.createKey(owner, { scopes: ['verify'] });
    expect((await service.verify(bearer(member.secret), { key: secret })).body).toEqual({
      allowed: false,
      code: 'NOT_FOUND',
      checked: ['NOT_FOUND'],
      grantedBy: null,
    });
  });

  it('does not manage with the secret that it was rotated out of', async () => {
    const one = await manager();
    await keyCalls(service, owner).rotate(one.key.id, { gracePeriodSeconds: 0 });
    expectProblem(await create(bearer(one.secret), {}), 401, 'credential.wrong');
  });
});

describe('a public key', () => {
  it('is in everybody’s hands, and no way to the key itself', async () => {
    const { key, secret } = await service.createKey(owner, { public: true });
    const as = bearer(secret);
    await expectUntouched(key, 403, await takeOver(as, key.id));
    for (const rest of ['', '/history', '/diff?from=1', '/uses', '/tokens']) {
      const answer = await send(as, 'GET', `/v1/keys/${key.id}${rest}`);
      expect([rest, answer.status >= 400]).toEqual([rest, true]);
    }
    for (const path of ['/v1/keys', '/v1/projects', '/v1/resources', '/v1/wallets', '/v1/team', '/v1/me']) {
      expectProblem(await send(as, 'GET', path), 403, 'right.missing');
    }
    const calls = keyCalls(service, owner);
    for (const change of [{ scopes: ['inference', 'project'] }, { role: 'admin' }]) {
      expect((await calls.change(key.id, change)).status).toBe(400);
    }
    expectProblem(await calls.change(key.id, { public: false }), 400, 'request.invalid');
  });
});

describe('the free key', () => {
  it('stays, with its services, whoever tries to take it, and by whichever way', async () => {
    const { key, secret } = owner.freeKey;
    for (const as of [owner, admin, bearer((await manager()).secret)]) {
      const calls = keyCalls(service, as);
      expectProblem(await service.revoke(as, key.id), 409, 'key.free_is_permanent');
      expectProblem(await calls.remove(key.id), 409, 'key.free_is_permanent');
      expectProblem(await calls.enable(key.id, []), 409, 'key.free_services_fixed');
    }
    const holder = bearer(secret);
    expectProblem(await send(holder, 'POST', '/v1/self/revoke', {}), 409, 'key.free_is_permanent');
    expectProblem(await keyCalls(service, holder).remove(key.id), 403, 'key.is_itself');
    const { body } = await keyCalls(service, owner).issueToken(key.id);
    expect((await send(bearer(body.secret), 'POST', '/v1/self/revoke', {})).status).toBe(204);
    expect((await service.verifyItself(secret)).body.code).toBe('VALID');
  });

  it('is the only one: it is neither made nor doubled nor turned into', async () => {
    expectProblem(await create(owner, { tier: 'free' }), 400, 'request.invalid');
    const calls = keyCalls(service, owner);
    expectProblem(await calls.change(shared.key.id, { tier: 'free' }), 400, 'request.invalid');
    const { email, password } = owner;
    const again = await service.send<Owner>('POST', '/v1/sign-in', { body: { email, password } });
    expect([again.status, again.body.freeKey]).toEqual([200, undefined]);
    const { body } = await send<{ items: KeyView[] }>(owner, 'GET', '/v1/keys?tier=free');
    expect(body.items.map(({ id }) => id)).toEqual([owner.freeKey.key.id]);
  });

  it('is renamed, assigned, disabled for a while and rotated without grace like any other', async () => {
    const { key } = stranger.freeKey;
    const calls = keyCalls(service, stranger);
    expect((await calls.change(key.id, { name: 'Ours', description: 'For all' })).status).toBe(200);
    expect((await calls.assignUsers(key.id, [])).status).toBe(200);
    expect((await calls.setStatus(key.id, 'INACTIVE')).status).toBe(200);
    expect((await calls.setStatus(key.id, 'ACTIVE')).status).toBe(200);
    const rotated = await calls.rotate(key.id, { gracePeriodSeconds: 0 });
    expect((await service.verifyItself(rotated.body.secret)).body.code).toBe('VALID');
    expectProblem(await service.verifyItself(stranger.freeKey.secret), 401, 'credential.wrong');
  });
});

describe('the header Compass-Team', () => {
  const inTeam = (as: Caller, teamId: string): Caller => ({
    headers: { ...as.headers, 'compass-team': teamId },
  });

  it('opens no team to who is not in it', async () => {
    for (const teamId of [stranger.team.id, 'platform', '', '*', `${owner.team.id},${stranger.team.id}`]) {
      for (const path of ['/v1/me', '/v1/keys', '/v1/team', '/v1/audit/events']) {
        expectProblem(await send(inTeam(owner, teamId), 'GET', path), 404, 'team.not_found');
      }
      expectProblem(await service.verify(inTeam(owner, teamId), { key: 'x' }), 404, 'team.not_found');
    }
  });

  it('takes no key out of its team', async () => {
    const one = await manager();
    const as = inTeam(bearer(one.secret), stranger.team.id);
    const { body } = await create(as, {});
    expect(body.key.teamId).toBe(owner.team.id);
    expectProblem(await send(as, 'GET', `/v1/keys/${stranger.freeKey.key.id}`), 404, 'key.not_found');
  });
});

describe('an address', () => {
  it('that a request only claims to come from lets nobody in', async () => {
    const { secret } = await service.createKey(owner, { allowedIps: ['192.0.2.0/24'] });
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip']) {
      const value = header === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1';
      const answer = await service.send('GET', '/v1/whoami', {
        as: bearer(secret),
        headers: { [header]: value },
      });
      expectProblem(answer, 401, 'credential.wrong');
    }
    const ask = async (more: object) => (await service.verify(owner, { key: secret, ...more })).body.code;
    expect(await ask({})).toBe('IP_NOT_ALLOWED');
    for (const clientIp of ['192.0.3.1', '0300.0.2.1', '192.0.2.1.example', '::192.0.2.1', ' 192.0.2.1']) {
      expect([clientIp, await ask({ clientIp })]).toEqual([clientIp, 'IP_NOT_ALLOWED']);
    }
    for (const clientIp of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201']) {
      expect([clientIp, await ask({ clientIp })]).toEqual([clientIp, 'VALID']);
    }
  });
});

describe('a batch of questions', () => {
  it('tells of keys of other teams nothing but that they are not found', async () => {
    const gateway = await service.createKey(owner, { scopes: ['verify'], role: 'admin' });
    const unknown = `cks_${'0'.repeat(49)}`;
    const theirKey = await service.createKey(stranger);
    const keys = [shared.secret, theirKey.secret, unknown, shared.secret];
    const body = { requests: keys.map((key) => ({ key })) };
    const answer = await send<{ verdicts: { code: string }[] }>(
      bearer(gateway.secret),
      'POST',
      '/v1/verify/batch',
      body,
    );
    const [, theirs, missing] = answer.body.verdicts;
    expect(theirs).toEqual(missing);
    expect(answer.body.verdicts.map(({ code }) => code)).toEqual([
      'VALID',
      'NOT_FOUND',
      'NOT_FOUND',
      'VALID',
    ]);
  });
});

describe('what is used', () => {
  it('is reported neither by a token of the metered key nor by the token of a person', async () => {
    const { register } = createCatalogue(service);
    const serviceId = await register(chat);
    const meter = await service.createKey(owner, { scopes: ['meter'], userIds: [user.userId] });
    const { body: issued } = await keyCalls(service, user).issueToken(meter.key.id);
    const usage = { serviceId, model: 'jais-30b', quantities: { input_tokens: 1 } };
    const report = (secret: string, keyId: string, usageId: string) =>
      send(bearer(secret), 'POST', '/v1/usage-records', { ...usage, keyId, usageId });
    expectProblem(await report(issued.secret, meter.key.id, 'a'), 403, 'key.is_itself');
    expectProblem(await report(shared.secret, shared.key.id, 'b'), 403, 'right.missing');
    const token = await personalToken(owner, { scopes: ['meter'] });
    expectProblem(await report(token.secret, shared.key.id, 'c'), 403, 'right.missing');
    const theirs = await report(meter.secret, stranger.freeKey.key.id, 'd');
    expectProblem(theirs, 404, 'key.not_found');
  });
});

describe('personal data', () => {
  const details = {
    requestor: 'Katherine Johnson',
    notes: 'Ask for the red folder',
    notifyEmail: 'katherine@example.com',
  };

  it('is shown in no answer to users, keys and operators', async () => {
    const userIds = [user.userId, admin.userId];
    const { key } = await service.createKey(owner, { ...details, userIds });
    const change = { notes: 'Ask for the blue folder', notifyEmail: 'dorothy@example.com' };
    await keyCalls(service, owner).change(key.id, change);
    const hidden = [...Object.values({ ...details }), ...Object.values(change), admin.email, owner.email];
    const one = `/v1/keys/${key.id}`;
    const at = new Date().toISOString();
    const paths = ['', '?revision=1', `?asOf=${at}`, '/history', '/diff?from=1', '/uses', '/tokens'];
    const lists = ['/v1/keys', `/v1/keys?asOf=${at}`, '/v1/audit/events', '/v1/members', '/v1/invitations'];
    const askers = {
      user,
      manager: bearer((await manager()).secret),
      token: bearer((await personalToken(owner, { scopes: ['keys'], role: 'admin' })).secret),
      operator: await issueOperator(service, owner.team.id),
    };
    for (const [who, as] of Object.entries(askers)) {
      for (const path of [...paths.map((rest) => `${one}${rest}`), ...lists]) {
        const { text, status } = await send(as, 'GET', path);
        const shown = hidden.filter((one) => text.includes(one));
        expect([who, path, status, shown]).toEqual([who, path, expect.any(Number), []]);
      }
    }
    // And they are there to be shown.
    expect((await send(owner, 'GET', `${one}/history`)).text).toContain(details.notes);
    expect((await send(admin, 'GET', one)).text).toContain(change.notes);
  });

  it('is nothing to search for by those who do not see it', async () => {
    for (const as of [user, bearer((await manager()).secret), await issueOperator(service, owner.team.id)]) {
      const query = `?requestor=${encodeURIComponent(details.requestor)}`;
      expectProblem(await send(as, 'GET', `/v1/keys${query}`), 403, 'right.missing');
      const { body } = await send<{ items: KeyView[] }>(as, 'GET', '/v1/keys?q=Katherine');
      expect(body.items).toEqual([]);
    }
  });
});
