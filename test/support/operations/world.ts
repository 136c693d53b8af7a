import type { Role } from '../../../src/domain/team/events.js';
import { newId } from '../../../src/platform/ids.js';
import { eventually } from '../eventually.js';
import { bearer, type Caller } from '../http-client.js';
import { issueOperator } from '../operator.js';
import { appendToTeam } from '../past.js';
import type { Owner } from '../people.js';
import type { TestService } from '../service.js';

/** Everybody who may ask, by what they are in the team of the owner. */
export const askers = ['owner', 'admin', 'user', 'auditor', 'manager', 'key', 'operator'] as const;

export type Asker = (typeof askers)[number];

export interface World {
  readonly service: TestService;
  readonly owner: Owner;
  /** Owner of another team. */
  readonly stranger: Owner;
  /**
   * Somebody of the owner's team; `user` is assigned to nothing. A key is a new one, so that it may end:
   * `manager` has the scope `keys` and the role admin, `key` what a key has by default. The operator looks into
   * the owner's team.
   */
  as(asker: Asker): Promise<Caller>;
  /** The id of a new user with the role USER in the owner's team. */
  newMemberId(): Promise<string>;
  /** The id of a new key of the owner's. */
  newKeyId(body?: object): Promise<string>;
}

/** A team with somebody of each kind, and a stranger. */
export async function createWorld(service: TestService): Promise<World> {
  const owner = await service.signUp();
  const stranger = await service.signUp();
  // One after the other: they are written into one stream.
  const admin = await join(service, owner, 'ADMIN');
  const user = await join(service, owner, 'USER');
  const auditor = await join(service, owner, 'AUDITOR');
  const members = { owner, admin: admin.as, user: user.as, auditor: auditor.as };
  let operator: Caller | undefined;
  /** Another one when the last has revoked itself. */
  const presentOperator = async () => {
    const isPresent = operator && (await service.send('GET', '/v1/whoami', { as: operator })).status === 200;
    operator = isPresent ? operator : await issueOperator(service, owner.team.id);
    return operator as Caller;
  };
  const newKey = (body: object) => service.createKey(owner, body);
  return {
    service,
    owner,
    stranger,
    async as(asker) {
      if (asker === 'operator') return presentOperator();
      if (asker === 'key') return bearer((await newKey({})).secret);
      if (asker !== 'manager') return members[asker];
      return bearer((await newKey({ scopes: ['keys', 'project', 'inference'], role: 'admin' })).secret);
    },
    newMemberId: async () => (await join(service, owner, 'USER')).userId,
    newKeyId: async (body = {}) => (await newKey(body)).key.id,
  };
}

/** Somebody of another team, who has joined the owner's. */
async function join(
  service: TestService,
  owner: Owner,
  role: Role,
): Promise<{ readonly as: Caller; readonly userId: string }> {
  const person = await service.signUp();
  await appendToTeam(service.config, owner.team.id, {
    type: 'MemberJoined',
    membershipId: newId(),
    userId: person.user.id,
    role,
    joinedAt: new Date().toISOString(),
  });
  const as = { headers: { ...person.headers, 'compass-team': owner.team.id } };
  await eventually(
    'membership',
    async () => (await service.send('GET', '/v1/me', { as })).status === 200 || undefined,
  );
  return { as, userId: person.user.id };
}
