import type { KeyView } from '../../src/application/key/key-view.js';
import { newId } from '../../src/platform/ids.js';
import { bearer } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { join, type Member } from '../support/members.js';
import { nowhere } from '../support/operations/row.js';
import { appendToTeam } from '../support/past.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** The users of a key, as a set. */

let service: TestService;
let owner: Owner;
let bob: Member;
let eve: Member;
let calls: KeyCalls;
let shared: NewKey;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  [bob, eve] = [await join(service, owner, 'USER'), await join(service, owner, 'USER')];
  calls = keyCalls(service, owner);
});

beforeEach(async () => {
  shared = await service.createKey(owner);
});

afterAll(() => service.stop());

const userIdsOf = ({ users }: KeyView) => users.map(({ id }) => id);
const ids = (...members: readonly Member[]) => members.map(({ userId }) => userId);
const remove = ({ userId }: Member) => service.send('DELETE', `/v1/members/${userId}`, { as: owner });

describe('the users of a key', () => {
  it('are its creator, until others are assigned: the whole set', async () => {
    const { id } = shared.key;
    expect(userIdsOf(shared.key)).toEqual([owner.user.id]);
    expect(userIdsOf((await calls.assignUsers(id, ids(bob, eve))).body.key)).toEqual(ids(bob, eve));
    const { status, body } = await calls.assignUsers(id, ids(eve));
    expect([status, body]).toMatchObject([200, { notified: false }]);
    expect(body.key.users).toEqual([
      { id: eve.userId, name: expect.any(String), email: expect.stringContaining('@') },
    ]);
    const history = await calls.history(id);
    expect(history.map(({ summary }) => summary).slice(-4)).toEqual([
      'Took a user from the key.',
      'Assigned a user to the key.',
      'Assigned a user to the key.',
      'Took a user from the key.',
    ]);
    expect(history.at(-1)?.changes).toEqual([{ field: 'userIds', from: ids(bob, eve), to: ids(eve) }]);
  });

  it('are assigned with the key, besides its creator', async () => {
    const { key } = await service.createKey(owner, { userIds: ids(bob) });
    expect(userIdsOf(key)).toEqual([owner.user.id, bob.userId]);
    expect(userIdsOf((await service.createKey(owner, { userIds: [] })).key)).toEqual([owner.user.id]);
  });

  it('stay as they are when they are assigned again, without an event', async () => {
    const first = await calls.assignUsers(shared.key.id, ids(bob));
    const second = await calls.assignUsers(shared.key.id, ids(bob));
    expect([second.status, second.body]).toEqual([200, first.body]);
  });

  it('change only at the revision that was seen', async () => {
    const ifMatch = { headers: { 'if-match': `"${shared.key.revision}"` } };
    expect((await calls.assignUsers(shared.key.id, ids(bob), ifMatch)).status).toBe(200);
    const answer = await calls.assignUsers(shared.key.id, ids(eve), ifMatch);
    expectProblem(answer, 412, 'request.precondition_failed');
  });

  it('are also those of the free key', async () => {
    const { body } = await calls.assignUsers(owner.freeKey.key.id, [owner.user.id, bob.userId]);
    expect(userIdsOf(body.key)).toEqual([owner.user.id, bob.userId]);
  });

  it('are told when that is asked for: the events say so', async () => {
    const body = { userIds: ids(bob), notify: true };
    const path = `/v1/keys/${shared.key.id}/users`;
    expect((await service.send('PUT', path, { as: owner, body })).body).toMatchObject({ notified: false });
  });

  it.each([
    [undefined, '/userIds'],
    [null, '/userIds'],
    ['bob', '/userIds'],
    [['bob'], '/userIds/0'],
    [[nowhere, nowhere.toUpperCase()], '/userIds'],
    [Array.from({ length: 201 }, newId), '/userIds'],
  ])('are not %j', async (userIds, pointer) => {
    const path = `/v1/keys/${shared.key.id}/users`;
    const answer = await service.send('PUT', path, { as: owner, body: { userIds } });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(pointer);
  });
});

describe('only members are assigned', () => {
  it('not somebody of another team, who is answered for as nobody is', async () => {
    const stranger = await service.signUp();
    const [foreign, missing] = [
      await calls.assignUsers(shared.key.id, [bob.userId, stranger.user.id]),
      await calls.assignUsers(shared.key.id, [bob.userId, nowhere]),
    ].map((answer) => expectProblem(answer, 404, 'member.not_found'));
    expect([foreign?.errors, foreign?.detail]).toEqual([missing?.errors, missing?.detail]);
    const body = { userIds: [stranger.user.id] };
    expectProblem(await service.send('POST', '/v1/keys', { as: owner, body }), 404, 'member.not_found');
    expect(userIdsOf((await calls.read(shared.key.id)).body.key)).toEqual([owner.user.id]);
  });

  it('not somebody who was removed, or whose time is over', async () => {
    const gone = await join(service, owner, 'ADMIN');
    await remove(gone);
    expectProblem(await calls.assignUsers(shared.key.id, ids(gone)), 404, 'member.not_found');
    const [userId, joinedAt] = [newId(), new Date().toISOString()];
    const ended = { type: 'MemberJoined', membershipId: newId(), userId, role: 'AUDITOR' } as const;
    await appendToTeam(service.config, owner.team.id, { ...ended, until: joinedAt, joinedAt });
    expectProblem(await calls.assignUsers(shared.key.id, [userId]), 404, 'member.not_found');
  });
});

describe('a user of a key', () => {
  it('sees and rotates it, and changes nothing about it', async () => {
    const { id } = shared.key;
    const bobs = keyCalls(service, bob);
    expectProblem(await bobs.read(id), 404, 'key.not_found');
    await calls.assignUsers(id, ids(bob));
    expect((await bobs.read(id)).body.key.users).toEqual([
      { id: bob.userId, name: expect.any(String), email: null },
    ]);
    expect((await bobs.rotate(id)).status).toBe(200);
    expectProblem(await bobs.assignUsers(id, ids(bob, eve)), 403, 'right.missing');
    expectProblem(await bobs.change(id, { name: 'Mine' }), 403, 'right.missing');
    await calls.assignUsers(id, ids(eve));
    expectProblem(await bobs.read(id), 404, 'key.not_found');
    expectProblem(await bobs.rotate(id), 404, 'key.not_found');
    expectProblem(await bobs.assignUsers(id, ids(bob)), 404, 'key.not_found');
  });

  it('vanishes from what it shows with the membership, from lists too', async () => {
    const gone = await join(service, owner, 'USER');
    await calls.assignUsers(shared.key.id, ids(gone, bob));
    await remove(gone);
    expect(userIdsOf((await calls.read(shared.key.id)).body.key)).toEqual(ids(bob));
    const { items } = (await service.send<{ items: KeyView[] }>('GET', '/v1/keys', { as: owner })).body;
    expect(items.find(({ id }) => id === shared.key.id)?.users).toMatchObject([{ id: bob.userId }]);
    expect(userIdsOf((await calls.assignUsers(shared.key.id, ids(bob))).body.key)).toEqual(ids(bob));
  });
});

describe('who may', () => {
  it('a personal token has its user alone, whoever asks', async () => {
    const { key } = await service.createKey(bob, { type: 'personal_token' });
    for (const as of [bob, owner]) {
      const answer = await keyCalls(service, as).assignUsers(key.id, ids(bob, eve));
      expect(pointersOf(expectProblem(answer, 400, 'key.token_has_one_user'))).toEqual(['/userIds']);
    }
    expect((await keyCalls(service, bob).assignUsers(key.id, ids(bob))).status).toBe(200);
  });

  it('a key that manages keys assigns users in its project, never to itself', async () => {
    const manager = await service.createKey(owner, { scopes: ['keys', 'project'], role: 'admin' });
    const managing = keyCalls(service, bearer(manager.secret));
    expect((await managing.assignUsers(shared.key.id, ids(bob))).status).toBe(200);
    expectProblem(await managing.assignUsers(manager.key.id, ids(bob)), 403, 'key.is_itself');
    const { key } = await service.createKey(owner, { scopes: ['verify'] });
    expectProblem(await managing.assignUsers(key.id, ids(bob)), 403, 'right.missing');
  });
});
