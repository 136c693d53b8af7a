import { daysToTell, type ExpiryNotice } from '../../../projections/notices/expiries.js';
import type { DueRotation } from '../../../projections/notices/queries.js';
import type { NoticeRow } from '../../../projections/notices/table.js';
import { keyDecider, teamDecider } from '../../application/deciders.js';
import type { Parts } from '../../application/parts.js';
import { makeInvitationToken } from '../../application/team/invitation-token.js';
import { keyStream } from '../../domain/key/events.js';
import type { Key } from '../../domain/key/state.js';
import { keyStatus } from '../../domain/key/status.js';
import { teamStream } from '../../domain/team/events.js';
import { openInvitation } from '../../domain/team/invitations.js';
import { hasEnded } from '../../domain/team/members.js';
import type { Member } from '../../domain/team/state.js';
import {
  expiring,
  invited,
  keyIssued,
  type Letter,
  rotated,
  rotationDue,
  userAssigned,
  userUnassigned,
} from './letters.js';

/** A letter and whom it goes to. */
export interface Addressed extends Letter {
  readonly to: readonly string[];
}

type Tools = Pick<Parts, 'executor' | 'lookups' | 'links'> & { readonly baseUrl: string };

/** What is written for a notice, by how things are now; undefined when it is of use to nobody any more. */
export async function compose(tools: Tools, notice: NoticeRow, at: string): Promise<Addressed | undefined> {
  if (notice.keyId === null) return composeInvitation(tools, notice, at);
  const key = await loadLivingKey(tools, notice.keyId, at);
  if (!key) return undefined;
  if (notice.userId === null) return composeIssue(tools, key);
  const user = (await tools.lookups.users([notice.userId])).get(notice.userId);
  if (notice.kind === 'key_rotated') return composeRotated(tools, key, user, at);
  const write = notice.kind === 'user_assigned' ? userAssigned : userUnassigned;
  return user && { to: [user.email], ...write(key.name, user.name) };
}

/** To the users of the key, or its owners. */
export async function composeExpiry(
  tools: Tools,
  notice: ExpiryNotice,
  at: string,
): Promise<Addressed | undefined> {
  const { keyId, expiresAt } = notice;
  const key = await loadLivingKey(tools, keyId, at);
  if (key?.expiresAt !== expiresAt) return undefined;
  return addressed(
    await usersOrOwners(tools, key, at),
    expiring(key.name, daysToTell(notice, at), expiresAt),
  );
}

/** Likewise; and the secret that it is about. */
export async function composeRotationDue(
  tools: Tools,
  { keyId, everyDays }: DueRotation,
  at: string,
): Promise<(Addressed & { readonly secretId: string }) | undefined> {
  const key = await loadLivingKey(tools, keyId, at);
  if (!key) return undefined;
  const letter = addressed(await usersOrOwners(tools, key, at), rotationDue(key.name, everyDays));
  return letter && { ...letter, secretId: key.secret.secretId };
}

/** To the users of the key but the one who gave it its new secret. */
async function composeRotated(
  tools: Tools,
  key: Key,
  user: { readonly id: string; readonly name: string } | undefined,
  at: string,
): Promise<Addressed | undefined> {
  if (!user) return undefined;
  const members = await membersOf(tools, key, at);
  const others = members.filter(({ userId }) => key.userIds.includes(userId) && userId !== user.id);
  const goodUntil = key.previousSecret?.validUntil ?? null;
  return addressed(await addressesOf(tools, others), rotated(key.name, user.name, goodUntil));
}

function addressed(to: readonly string[], letter: Letter): Addressed | undefined {
  return to.length > 0 ? { to, ...letter } : undefined;
}

/** Addresses of the users of the key who are in the team, or where there are none, of its owners. */
async function usersOrOwners(tools: Tools, key: Key, at: string): Promise<readonly string[]> {
  const members = await membersOf(tools, key, at);
  const users = members.filter(({ userId }) => key.userIds.includes(userId));
  return addressesOf(tools, users.length > 0 ? users : members.filter(({ role }) => role === 'OWNER'));
}

async function membersOf({ executor }: Tools, { teamId }: Key, at: string): Promise<readonly Member[]> {
  const { state: team } = await executor.load(teamDecider, teamStream(teamId));
  return team?.members.filter((member) => !hasEnded(member, at)) ?? [];
}

async function addressesOf({ lookups }: Tools, members: readonly Member[]): Promise<readonly string[]> {
  const users = await lookups.users(members.map(({ userId }) => userId));
  return [...users.values()].map(({ email }) => email);
}

async function loadLivingKey({ executor }: Tools, keyId: string, at: string): Promise<Key | undefined> {
  const { state: key } = await executor.load(keyDecider, keyStream(keyId));
  if (!key || key.deletedAt !== null) return undefined;
  const status = keyStatus(key, at);
  return status === 'REVOKED' || status === 'EXPIRED' ? undefined : key;
}

/** As long as the link shows something: not once the secret was taken or replaced, nor after its day. */
async function composeIssue({ links, baseUrl }: Tools, key: Key): Promise<Addressed | undefined> {
  const { notifyEmail } = key.details;
  const token = links.tokenOf(key.secret.secretId);
  if (notifyEmail === undefined || key.isSecretClaimed || !(await links.find(token))) return undefined;
  return { to: [notifyEmail], ...keyIssued(key.name, `${baseUrl}/claim#${token}`) };
}

async function composeInvitation(
  { executor, links, baseUrl }: Tools,
  { id: membershipId, teamId }: NoticeRow,
  at: string,
): Promise<Addressed | undefined> {
  const { state: team } = await executor.load(teamDecider, teamStream(teamId));
  const invitation = team && openInvitation(team, membershipId, at);
  if (!invitation) return undefined;
  const { token, digest } = makeInvitationToken(teamId, membershipId, links.proofOf(membershipId));
  // Made with another master key, or before links followed from it: nobody can write it any more.
  if (digest !== invitation.tokenDigest) return undefined;
  const { email, role, expiresAt } = invitation;
  return { to: [email], ...invited(team.name, role, `${baseUrl}/join#${token}`, expiresAt) };
}
