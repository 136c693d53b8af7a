import { hash } from 'node:crypto';
import { type ProfileAccess, profileAccess } from '../../projections/access/profiles.js';
import { type ResourceAccess, resourceAccess } from '../../projections/access/resources.js';
import { keyAccess, type MemberAccess, memberAccess } from '../../projections/access/table.js';
import { hasChecksum } from '../domain/access/secret.js';
import type { KeyAccess, SecretAccess, Surroundings } from '../domain/access/verdict.js';
import type { Recorded } from '../domain/recorded.js';
import { isAddressIn } from './addresses.js';

export interface Found {
  readonly access: KeyAccess;
  readonly secret: SecretAccess;
}

/**
 * What verification knows, in this process's memory: the rows of the read model `access`, kept by the same
 * functions, and found by the digest of a secret.
 */
export interface AccessIndex extends Surroundings {
  putKey(access: KeyAccess): void;
  putMember(member: MemberAccess): void;
  putResource(resource: ResourceAccess): void;
  putProfile(profile: ProfileAccess): void;
  /** Applies an event of the log; one that was applied before changes nothing. */
  apply(recorded: Recorded): void;
  /** The key that has this secret, retired ones included; garbage is refused without a look-up. */
  find(secret: string): Found | undefined;
  /** The present record of a key: another object after every change. */
  key(keyId: string): KeyAccess | undefined;
  /** The teams a user is in, the oldest team first. */
  membershipsOf(userId: string): readonly MemberAccess[];
  /** The present record of a bias profile: another object after every change. */
  profile(profileId: string): ProfileAccess | undefined;
  keysCount(): number;
}

export function createAccessIndex(): AccessIndex {
  const keys = new Map<string, KeyAccess>();
  const byDigest = new Map<string, Found>();
  const members = new Map<string, MemberAccess>();
  const byUser = new Map<string, readonly MemberAccess[]>();
  const resources = new Map<string, ResourceAccess>();
  const profiles = new Map<string, ProfileAccess>();
  const share = createSharing();

  function putKey(given: KeyAccess): void {
    const access = share(given);
    forgetSecrets(keys.get(access.keyId));
    keys.set(access.keyId, access);
    for (const secret of access.secrets) byDigest.set(secret.digest, { access, secret });
  }

  function dropKey(keyId: string): void {
    forgetSecrets(keys.get(keyId));
    keys.delete(keyId);
  }

  function forgetSecrets(access: KeyAccess | undefined): void {
    for (const { digest } of access?.secrets ?? []) byDigest.delete(digest);
  }

  function putMember(member: MemberAccess): void {
    dropMember(member.memberId);
    members.set(member.memberId, member);
    const teams = [...(byUser.get(member.userId) ?? []), member];
    // Ids of teams are UUIDv7: they sort by the time of their making.
    byUser.set(
      member.userId,
      teams.sort((a, b) => (a.teamId < b.teamId ? -1 : 1)),
    );
  }

  function dropMember(memberId: string): void {
    const member = members.get(memberId);
    if (!member) return;
    members.delete(memberId);
    const left = (byUser.get(member.userId) ?? []).filter((one) => one.memberId !== memberId);
    if (left.length > 0) byUser.set(member.userId, left);
    else byUser.delete(member.userId);
  }

  function applyToKey(keyId: string, recorded: Recorded): void {
    const row = keys.get(keyId);
    if (row && recorded.revision <= row.revision) return;
    const next = keyAccess.apply(row, recorded, keyId, 0);
    if (next === row) return;
    if (next) putKey(next);
    else dropKey(keyId);
  }

  function applyToMember(memberId: string, recorded: Recorded): void {
    const row = members.get(memberId);
    const next = memberAccess.apply(row, recorded, memberId, 0);
    if (next === row) return;
    if (next) putMember(next);
    else dropMember(memberId);
  }

  return {
    putKey,
    putMember,
    putResource: (resource) => void resources.set(resource.resourceId, resource),
    putProfile: (profile) => void profiles.set(profile.profileId, profile),
    apply(recorded) {
      for (const keyId of keyAccess.keysOf(recorded)) applyToKey(keyId, recorded);
      for (const memberId of memberAccess.keysOf(recorded)) applyToMember(memberId, recorded);
      applyToRows(resourceAccess, resources, recorded);
      applyToRows(profileAccess, profiles, recorded);
    },
    find: (secret) => (hasChecksum(secret) ? byDigest.get(hash('sha256', secret, 'base64url')) : undefined),
    key: (keyId) => keys.get(keyId),
    membershipsOf: (userId) => byUser.get(userId) ?? [],
    isActive: (resourceId) => resources.get(resourceId)?.isActive ?? false,
    profile: (profileId) => profiles.get(profileId),
    isAddressIn,
    keysCount: () => keys.size,
  };
}

interface Fold<Row> {
  keysOf(recorded: Recorded): readonly string[];
  apply(row: Row | undefined, recorded: Recorded, key: string, index: number): Row | undefined;
}

/** Of rows that are found by nothing but their key. */
function applyToRows<Row extends { readonly revision: number }>(
  table: Fold<Row>,
  rows: Map<string, Row>,
  recorded: Recorded,
): void {
  for (const key of table.keysOf(recorded)) {
    const row = rows.get(key);
    if (row && recorded.revision <= row.revision) continue;
    const next = table.apply(row, recorded, key, 0);
    if (next) rows.set(key, next);
    else rows.delete(key);
  }
}

/**
 * Makes keys share what many have in common. Each row comes with texts of its own; a hundred thousand copies
 * of a team's id take memory and, worse, the processor's cache: verifying a key that was not asked about
 * lately is waiting for memory more than anything else.
 */
function createSharing(): (access: KeyAccess) => KeyAccess {
  const texts = new Map<string, string>();
  const lists = new Map<string, KeyAccess['scopes']>();
  function shared<K, V>(known: Map<K, V>, name: K, value: V): V {
    const first = known.get(name);
    if (first === undefined) known.set(name, value);
    return first ?? value;
  }
  return (access) => ({
    ...access,
    teamId: shared(texts, access.teamId, access.teamId),
    projectId: shared(texts, access.projectId, access.projectId),
    type: shared(texts, access.type, access.type) as KeyAccess['type'],
    role: shared(texts, access.role, access.role) as KeyAccess['role'],
    scopes: shared(lists, access.scopes.join(), access.scopes),
    userIds: sharedIfEmpty(access.userIds),
    resources: sharedIfEmpty(access.resources),
    allowedIps: sharedIfEmpty(access.allowedIps),
    allowedOrigins: sharedIfEmpty(access.allowedOrigins),
  });
}

const empty: readonly never[] = [];

function sharedIfEmpty<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? empty : list;
}
