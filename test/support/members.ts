import type { Role } from '../../src/domain/team/events.js';
import { newId } from '../../src/platform/ids.js';
import { eventually } from './eventually.js';
import type { Caller } from './http-client.js';
import { appendToTeam } from './past.js';
import type { Owner } from './people.js';
import type { TestService } from './service.js';

export interface Member extends Caller {
  readonly userId: string;
}

/** Somebody of another team, who has joined the owner's and acts in it. */
export async function join(service: TestService, owner: Owner, role: Role): Promise<Member> {
  const person = await service.signUp();
  await appendToTeam(service.config, owner.team.id, {
    type: 'MemberJoined',
    membershipId: newId(),
    userId: person.user.id,
    role,
    joinedAt: new Date().toISOString(),
  });
  const as = { headers: { ...person.headers, 'compass-team': owner.team.id }, userId: person.user.id };
  await eventually(
    'membership',
    async () => (await service.send('GET', '/v1/me', { as })).status === 200 || undefined,
  );
  return as;
}
