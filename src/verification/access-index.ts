import { hash } from 'node:crypto';
import { type PolicyAccess, policyAccess } from '../../projections/access/policies.js';
import { type ProfileAccess, profileAccess } from '../../projections/access/profiles.js';
import { type ProjectAccess, projectAccess } from '../../projections/access/projects.js';
import type { CopiedOwn } from '../../projections/access/queries.js';
import { type ResourceAccess, resourceAccess } from '../../projections/access/resources.js';
import { type ServiceAccess, serviceAccess } from '../../projections/access/services.js';
import {
  type KeyAccessRow,
  keyAccess,
  type MemberAccess,
  memberAccess,
} from '../../projections/access/table.js';
import { type WalletAccess, walletAccess } from '../../projections/access/wallets.js';
import { hasChecksum } from '../domain/access/secret.js';
import type { Surroundings } from '../domain/access/verdict.js';
import type { Recorded } from '../domain/recorded.js';
import { defaultPolicy } from '../domain/team/policy.js';
import { isAddressIn } from './addresses.js';
import { digestsOf, secretAmong } from './more-secrets.js';
import {
  type CommonOfKeys,
  createPackedKeys,
  type Found,
  type OwnOfKey,
  type SharedByKeys,
} from './packed-keys.js';

/**
 * What verification knows, in this process's memory: the rows of the read model `access`, kept by the same
 * functions, and found by the digest of a secret.
 */
export interface AccessIndex extends Surroundings {
  /** Makes room for so many more keys, which are put in sooner then. */
  reserveKeys(more: number): void;
  putKey(row: KeyAccessRow): void;
  /** Makes of what keys have in common what is given with each of them then. */
  shareByKeys(common: CommonOfKeys): SharedByKeys;
  /** Puts in a key from a COPY, into an index that does not have it yet. */
  putCopiedKey(own: CopiedOwn<OwnOfKey>, shared: SharedByKeys): void;
  putMember(member: MemberAccess): void;
  putResource(resource: ResourceAccess): void;
  putProfile(profile: ProfileAccess): void;
  putProject(project: ProjectAccess): void;
  putPolicy(policy: PolicyAccess): void;
  putService(service: ServiceAccess): void;
  putWallet(wallet: WalletAccess): void;
  /** Applies an event of the log; one that was applied before changes nothing. */
  apply(recorded: Recorded): void;
  /** The key that has this secret, retired ones included; garbage is refused without a look-up. */
  find(secret: string): Found | undefined;
  /** The present row of a key. */
  key(keyId: string): KeyAccessRow | undefined;
  /** Counts the changes of keys and of the projects they act in: while it is the same, so is what was found. */
  changesCount(): number;
  /** The teams a user is in, the oldest team first. */
  membershipsOf(userId: string): readonly MemberAccess[];
  /** The present record of a bias profile: another object after every change. */
  profile(profileId: string): ProfileAccess | undefined;
  keysCount(): number;
}

export function createAccessIndex(): AccessIndex {
  const packed = createPackedKeys();
  /** Those that do not fit in there, also by the digests of their secrets. */
  const others = new Map<string, KeyAccessRow>();
  const byDigest = new Map<string, KeyAccessRow>();
  let keysCount = 0;
  let changesCount = 0;
  const members = new Map<string, MemberAccess>();
  const byUser = new Map<string, readonly MemberAccess[]>();
  const resources = new Map<string, ResourceAccess>();
  const profiles = new Map<string, ProfileAccess>();
  const projects = new Map<string, ProjectAccess>();
  const services = new Map<string, ServiceAccess>();
  /** Of the services: those that free keys have. */
  let freeServices: readonly ServiceAccess[] = [];
  const wallets = new Map<string, WalletAccess>();
  const policies = new Map<string, PolicyAccess>();

  const key = (keyId: string) => packed.row(keyId) ?? others.get(keyId);

  function putKey(row: KeyAccessRow): void {
    dropKey(row.keyId);
    keysCount += 1;
    if (!packed.add(row, packed.share(row))) putOther(row);
  }

  function putCopiedKey(own: CopiedOwn<OwnOfKey>, shared: SharedByKeys): void {
    keysCount += 1;
    changesCount += 1;
    if (!packed.addCopied(own, shared)) putOther({ ...shared.common, ...own.read() });
  }

  function putOther(row: KeyAccessRow): void {
    others.set(row.keyId, row);
    for (const digest of digestsOf(row)) byDigest.set(digest, row);
  }

  function dropKey(keyId: string): void {
    changesCount += 1;
    const other = others.get(keyId);
    if (!packed.remove(keyId) && !other) return;
    keysCount -= 1;
    if (!other) return;
    others.delete(keyId);
    for (const digest of digestsOf(other)) byDigest.delete(digest);
  }

  function findOther(digest: string): Found | undefined {
    const row = byDigest.get(digest);
    const secret = row && secretAmong(row, digest);
    if (!secret) return undefined;
    const { secrets: _, tokens: __, ...access } = row;
    return { access, secret };
  }

  function putMember(member: MemberAccess): void {
    dropMember(member.memberId);
    members.set(member.memberId, member);
    if (member.isRemoved) return;
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

  function findFreeServices(): void {
    freeServices = [...services.values()].filter(({ isFree, isRetired }) => isFree && !isRetired);
  }

  function serviceOffered(serviceId: string): ServiceAccess | undefined {
    const service = services.get(serviceId);
    return service?.isRetired ? undefined : service;
  }

  function applyToKey(keyId: string, recorded: Recorded): void {
    const row = key(keyId);
    if (row && recorded.revision <= row.revision) return;
    const next = keyAccess.apply(row, recorded, keyId, 0);
    if (next === row) return;
    if (next) putKey(next);
    else dropKey(keyId);
  }

  function applyToMember(memberId: string, recorded: Recorded): void {
    const row = members.get(memberId);
    if (row && recorded.revision <= row.revision) return;
    const next = memberAccess.apply(row, recorded, memberId, 0);
    if (next === row) return;
    if (next) putMember(next);
    else dropMember(memberId);
  }

  return {
    reserveKeys: packed.reserve,
    putKey,
    shareByKeys: packed.share,
    putCopiedKey,
    putMember,
    putResource: (resource) => void resources.set(resource.resourceId, resource),
    putProfile: (profile) => void profiles.set(profile.profileId, profile),
    putProject: (project) => void projects.set(project.projectId, project),
    putPolicy: (policy) => void policies.set(policy.teamId, policy),
    putService(service) {
      services.set(service.serviceId, service);
      findFreeServices();
    },
    putWallet: (wallet) => void wallets.set(wallet.walletId, wallet),
    apply(recorded) {
      for (const keyId of keyAccess.keysOf(recorded)) applyToKey(keyId, recorded);
      for (const memberId of memberAccess.keysOf(recorded)) applyToMember(memberId, recorded);
      applyToRows(resourceAccess, resources, recorded);
      applyToRows(profileAccess, profiles, recorded);
      if (applyToRows(projectAccess, projects, recorded)) changesCount += 1;
      if (applyToRows(serviceAccess, services, recorded)) findFreeServices();
      applyToRows(walletAccess, wallets, recorded);
      applyToRows(policyAccess, policies, recorded);
    },
    find(secret) {
      if (!hasChecksum(secret)) return undefined;
      const digest = hash('sha256', secret, 'binary');
      return packed.find(digest) ?? findOther(digest);
    },
    key,
    changesCount: () => changesCount,
    membershipsOf: (userId) => byUser.get(userId) ?? [],
    isActive: (resourceId) => resources.get(resourceId)?.isActive ?? false,
    service: serviceOffered,
    freeServices: () => freeServices,
    hasFunds: (walletId) => wallets.get(walletId)?.hasFunds ?? false,
    isArchived: (projectId) => projects.get(projectId)?.isArchived ?? false,
    policyOf: (teamId) => policies.get(teamId) ?? defaultPolicy,
    profile: (profileId) => profiles.get(profileId),
    isAddressIn,
    keysCount: () => keysCount,
  };
}

interface Fold<Row> {
  keysOf(recorded: Recorded): readonly string[];
  apply(row: Row | undefined, recorded: Recorded, key: string, index: number): Row | undefined;
}

/** Of rows that are found by nothing but their key. @returns whether the event was news to one of them */
function applyToRows<Row extends { readonly revision: number }>(
  table: Fold<Row>,
  rows: Map<string, Row>,
  recorded: Recorded,
): boolean {
  let changed = false;
  for (const key of table.keysOf(recorded)) {
    const row = rows.get(key);
    if (row && recorded.revision <= row.revision) continue;
    const next = table.apply(row, recorded, key, 0);
    if (next) rows.set(key, next);
    else rows.delete(key);
    changed = true;
  }
  return changed;
}
