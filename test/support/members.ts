import { randomBytes } from 'node:crypto';
import type { Role } from '../../src/domain/team/events.js';
import { newId } from '../../src/platform/ids.js';
import { eventually } from './eventually.js';
import type { Caller } from './http-client.js';
import type { MailServer } from './mail-server.js';
import { appendToTeam } from './past.js';
import type { Owner } from './people.js';
import type { TestService } from './service.js';

export interface Member extends Caller {
  readonly email: string;
  readonly password: string;
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
  const { email, password, headers, user } = person;
  const as = { email, password, headers: { ...headers, 'compass-team': owner.team.id }, userId: user.id };
  await eventually(
    'membership',
    async () => (await service.send('GET', '/v1/me', { as })).status === 200 || undefined,
  );
  return as;
}

/**
 * Somebody new, who signs up with an invitation to the owner's team, as people do.
 * @param mail where the service sends mail: the link comes by it then, and stands in no answer
 */
export async function signUpInto(
  { send, secrets, sessionOf }: TestService,
  owner: Owner,
  role: Role,
  mail?: MailServer,
): Promise<Member> {
  const mark = randomBytes(6).toString('hex');
  const person = { email: `${mark}@example.com`, password: `password-${mark}`, name: `Grace ${mark}` };
  const invited = await send<{ invitation: { url?: string } }>('POST', '/v1/invitations', {
    as: owner,
    body: { email: person.email, role },
  });
  const link = mail ? (await mail.mailTo(person.email, 'Join')).text : invited.body.invitation.url;
  const invitation = /#(\S+)/.exec(link ?? '')?.[1] ?? '';
  secrets.remember('secret', invitation);
  secrets.remember('password', person.password);
  secrets.remember('personal', person.email);
  const body = { ...person, invitation };
  const answer = await send<{ user: { id: string } }>('POST', '/v1/sign-up', { body });
  if (answer.status !== 201) throw new Error(`${answer.status} instead of 201: ${answer.text}`);
  const { email, password } = person;
  return { ...sessionOf(answer), userId: answer.body.user.id, email, password };
}
