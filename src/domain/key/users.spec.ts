import { specOf } from '../../../test/support/given.js';
import { keyCreatedOf, secretRecordOf } from '../../../test/support/key-events.js';
import type { AssignUsers, CreateKey } from './commands.js';
import { decide } from './decide.js';
import type { KeyEvent } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-03-01T00:00:00.000Z';
const created = keyCreatedOf();
const token = keyCreatedOf({ keyType: 'personal_token', userId: 'ada' });
const assigned = (userId: string): KeyEvent => ({ type: 'UserAssigned', userId, assignedAt: at });
const unassigned = (userId: string): KeyEvent => ({ type: 'UserUnassigned', userId, unassignedAt: at });
const assign = (...userIds: string[]): AssignUsers => ({ type: 'AssignUsers', userIds, notify: false, at });

describe('assigning users', () => {
  it('makes events of the differences to the whole set', () => {
    const history = [created, assigned('ada'), assigned('bob')];
    expect(given(...history).when(assign('bob', 'eve', 'eve'))).toEqual([unassigned('ada'), assigned('eve')]);
    expect(given(...history).when(assign('bob', 'ada'))).toEqual([]);
    expect(given(...history).when(assign())).toEqual([unassigned('ada'), unassigned('bob')]);
  });

  it('knows who was unassigned and assigned again', () => {
    const history = [created, assigned('ada'), unassigned('ada'), assigned('ada')];
    expect(given(...history).when(assign('ada'))).toEqual([]);
  });

  it('says in the events who is to be told', () => {
    expect(given(created, assigned('ada')).when({ ...assign('bob'), notify: true })).toEqual([
      { ...unassigned('ada'), notify: true },
      { ...assigned('bob'), notify: true },
    ]);
  });

  it.each([[[]], [['bob']], [['ada', 'bob']]])(
    'leaves a personal token to its user: not to %j',
    (userIds) => {
      const refusal = { code: 'key.token_has_one_user', field: 'userIds' };
      expect(given(token, assigned('ada')).when(assign(...userIds))).toEqual(refusal);
      expect(given(token, assigned('ada')).when(assign('ada'))).toEqual([]);
    },
  );
});

describe('a new key', () => {
  const create: CreateKey = {
    type: 'CreateKey',
    keyId: created.keyId,
    teamId: created.teamId,
    projectId: created.projectId,
    keyType: 'service_account',
    tier: 'paid',
    name: created.name,
    role: 'member',
    scopes: created.scopes,
    creatorId: 'ada',
    secret: secretRecordOf('secret-1'),
    at,
  };

  it('has whoever makes it, and the users it is given, each once', () => {
    const command = { ...create, userIds: ['bob', 'ada', 'bob'] };
    expect(given().when(command)).toEqual([{ ...created, createdAt: at }, assigned('ada'), assigned('bob')]);
  });

  it('has its user alone when it is a personal token', () => {
    const command: CreateKey = { ...create, keyType: 'personal_token', userIds: ['bob'] };
    expect(given().when(command)).toEqual({ code: 'key.token_has_one_user', field: 'userIds' });
    expect(given().when({ ...command, userIds: ['ada'] })).toMatchObject([{}, assigned('ada')]);
  });
});
