import type { KeyAccess } from '../domain/access/verdict.js';
import type { Scope } from '../domain/key/events.js';
import type { Role } from '../domain/team/events.js';
import type { KeyPrincipal, OperatorPrincipal, Principal, UserPrincipal } from './principal.js';

/** What of a team's keys a member reaches: all, those assigned to them, their own personal tokens, or none. */
type Reach = 'all' | 'assigned' | 'own' | 'none';

/**
 * What operators reach: whatever team it is in, what the team they name has (or the platform, where they name
 * none), the key they hold, or nothing.
 */
type OperatorReach = 'everywhere' | 'named' | 'itself' | 'none';

/** The key an operation is about; only a personal token has an owner. */
export type KeyTarget = Pick<KeyAccess, 'keyId' | 'teamId' | 'projectId' | 'userIds' | 'ownerId' | 'scopes'>;

/** Scopes a key can never hand on, as a new key or as a new secret: with them it would make its own like. */
export const unmintable: readonly Scope[] = ['keys', 'verify', 'meter'];

type KeyRule = (holder: KeyAccess, target: KeyTarget | undefined) => boolean;

interface Rule {
  readonly member: { readonly [R in Role]: Reach };
  /** Whether a key may, by what it is and what it asks about (undefined: nothing in particular yet). */
  readonly key: KeyRule;
  readonly operator: OperatorReach;
  /** A personal token may do it to itself even when the role of its user gives nothing. */
  readonly isHoldersRight?: true;
  /** A key token uses its key; it neither takes the key over nor ends it for the others. */
  readonly isRefusedToTokens?: true;
}

const itself: KeyRule = (holder, target) => target?.keyId === holder.keyId;
/** A public key is in everybody's hands: it sees no key and no project, and nobody takes it over with itself. */
const isSecret: KeyRule = (holder) => !holder.public;
const itselfIfSecret: KeyRule = (holder, target) => itself(holder, target) && isSecret(holder, target);
const inItsProject: KeyRule = (holder, target) => !target || target.projectId === holder.projectId;
/** A personal token is its user's business: no key manages one. */
const managesKeys: KeyRule = (holder, target) =>
  holder.scopes.includes('keys') &&
  holder.role === 'admin' &&
  inItsProject(holder, target) &&
  (!target || target.ownerId === null);
const managesOthers: KeyRule = (holder, target) => managesKeys(holder, target) && !itself(holder, target);
/** Of a key that has more than a key can hand on, the next secret would be worth more than the manager itself. */
const managesWeaker: KeyRule = (holder, target) =>
  managesOthers(holder, target) && !target?.scopes.some((scope) => unmintable.includes(scope));
const readsKeys: KeyRule = (holder, target) => holder.scopes.includes('keys') && inItsProject(holder, target);
/** A gateway checks keys of its own project; with the role admin those of its team. */
const verifiesKeys: KeyRule = (holder, target) =>
  holder.scopes.includes('verify') && (holder.role === 'admin' || inItsProject(holder, target));
/** Of the project that it acts in: it sees no other. */
const managesProject: KeyRule = (holder) => holder.scopes.includes('project');
const rulesProject: KeyRule = (holder, target) => managesProject(holder, target) && holder.role === 'admin';
/** Of its team; what it uses itself is for another one to meter. */
const metersOthers: KeyRule = (holder, target) => holder.scopes.includes('meter') && !itself(holder, target);
const never: KeyRule = () => false;
const either =
  (one: KeyRule, other: KeyRule): KeyRule =>
  (holder, target) =>
    one(holder, target) || other(holder, target);

const everyone = { OWNER: 'all', ADMIN: 'all', USER: 'assigned', AUDITOR: 'all' } as const;
const readers = { OWNER: 'all', ADMIN: 'all', USER: 'all', AUDITOR: 'all' } as const;
const managers = { OWNER: 'all', ADMIN: 'all', USER: 'none', AUDITOR: 'none' } as const;
const nobody = { OWNER: 'none', ADMIN: 'none', USER: 'none', AUDITOR: 'none' } as const;
const editors = { OWNER: 'all', ADMIN: 'all', USER: 'own', AUDITOR: 'none' } as const;

/** The one table that guards every operation on every face. An operation without a row does not compile. */
export const rules = {
  'keys.create': { member: editors, key: managesKeys, operator: 'none' },
  'keys.list': { member: everyone, key: readsKeys, operator: 'named' },
  'keys.read': { member: everyone, key: either(itselfIfSecret, readsKeys), operator: 'named' },
  /** Fields, status and sets of a key. */
  'keys.update': { member: editors, key: managesWeaker, operator: 'none' },
  /** A holder may rotate the key it holds, unless it is public. */
  'keys.rotate': {
    member: { ...editors, USER: 'assigned' },
    key: either(itselfIfSecret, managesWeaker),
    operator: 'none',
    isRefusedToTokens: true,
  },
  'keys.delete': { member: editors, key: managesOthers, operator: 'none' },
  /** A holder may always revoke the key it holds. */
  'keys.revoke': {
    member: editors,
    key: either(itself, managesKeys),
    operator: 'itself',
    isHoldersRight: true,
    isRefusedToTokens: true,
  },
  /** Of a key that one is assigned to, for oneself alone. */
  'tokens.issue': {
    member: { OWNER: 'assigned', ADMIN: 'assigned', USER: 'assigned', AUDITOR: 'none' },
    key: never,
    operator: 'none',
  },
  'tokens.read': { member: everyone, key: never, operator: 'named' },
  /** Of others only by those who manage the key; a key token ends itself. */
  'tokens.revoke': { member: { ...managers, USER: 'assigned' }, key: itself, operator: 'none' },
  'keys.history': { member: everyone, key: either(itselfIfSecret, readsKeys), operator: 'named' },
  /** A user reads the history of their own keys key by key. */
  'audit.read': { member: { ...everyone, USER: 'none' }, key: never, operator: 'named' },
  'resources.manage': { member: managers, key: never, operator: 'none' },
  'resources.read': { member: readers, key: readsKeys, operator: 'named' },
  'profiles.manage': { member: managers, key: never, operator: 'none' },
  'profiles.read': { member: readers, key: readsKeys, operator: 'named' },
  /** The catalogue is the platform's: whoever sees anything sees all of it. */
  'services.read': { member: readers, key: readsKeys, operator: 'named' },
  'services.manage': { member: nobody, key: never, operator: 'everywhere' },
  'wallets.open': { member: managers, key: never, operator: 'none' },
  /** Teams only where the installation lets them do it themselves. */
  'wallets.topUp': { member: managers, key: never, operator: 'named' },
  'wallets.read': { member: readers, key: readsKeys, operator: 'named' },
  /** What costs money is reported by machines alone, and by no personal token. */
  'usage.report': { member: nobody, key: metersOthers, operator: 'none' },
  'projects.read': { member: readers, key: isSecret, operator: 'named' },
  /** With their addresses, which are no operator's business. */
  'members.read': { member: { ...readers, USER: 'none' }, key: never, operator: 'none' },
  /** Owners are for owners to make and to change: the team itself decides that. */
  'members.manage': { member: managers, key: never, operator: 'none' },
  'members.leave': { member: readers, key: never, operator: 'none' },
  /** All there are: people are told theirs when they sign in. */
  'teams.list': { member: nobody, key: never, operator: 'everywhere' },
  'policy.read': { member: { ...readers, USER: 'none' }, key: never, operator: 'named' },
  'policy.change': { member: managers, key: never, operator: 'none' },
  'projects.create': { member: managers, key: never, operator: 'none' },
  /** A key that manages its project renames it; with the role admin it also archives it. */
  'projects.rename': { member: managers, key: managesProject, operator: 'none' },
  'projects.archive': { member: managers, key: rulesProject, operator: 'none' },
  /** Whoever holds a key may ask about it. */
  'access.verify': {
    member: everyone,
    key: either(itself, verifiesKeys),
    operator: 'everywhere',
    isHoldersRight: true,
  },
} as const satisfies Record<string, Rule>;

export type Operation = keyof typeof rules;

/**
 * Whether a principal may do something, on a key if it is about one.
 * `unseen` must be answered exactly as if the target did not exist.
 */
export function authorize(
  principal: Principal,
  operation: Operation,
  target?: KeyTarget,
): 'allowed' | 'forbidden' | 'unseen' {
  if (principal.type === 'operator') return authorizeOperator(principal, operation, target);
  if (target && target.teamId !== principal.teamId) return 'unseen';
  if (isGranted(principal, rules[operation], target)) return 'allowed';
  if (!target) return 'forbidden';
  return isGranted(principal, rules['keys.read'], target) ? 'forbidden' : 'unseen';
}

function authorizeOperator(
  principal: OperatorPrincipal,
  operation: Operation,
  target: KeyTarget | undefined,
): 'allowed' | 'forbidden' | 'unseen' {
  const reaches = (reach: OperatorReach) =>
    reach === 'everywhere' ||
    (reach !== 'none' && itself(principal.access, target)) ||
    (reach === 'named' && (!target || target.teamId === principal.teamId));
  if (reaches(rules[operation].operator)) return 'allowed';
  return !target || reaches(rules['keys.read'].operator) ? 'forbidden' : 'unseen';
}

function isGranted(
  principal: UserPrincipal | KeyPrincipal,
  rule: Rule,
  target: KeyTarget | undefined,
): boolean {
  if (principal.type === 'key') {
    const { access, secret } = principal;
    const isTokenOfIt = secret.token !== undefined && itself(access, target);
    if (rule.isRefusedToTokens && isTokenOfIt) return false;
    return rule.key(access, target) && isWithinItsUser(principal, rule, target);
  }
  const reach = rule.member[principal.role];
  if (reach === 'all' || reach === 'none') return reach === 'all';
  if (!target || isOwner(principal, target)) return true;
  return reach === 'assigned' && target.userIds.includes(principal.userId);
}

/** A personal token acts as its user, so it may do nothing that the user may not do with any key. */
function isWithinItsUser(
  { access, userRole }: KeyPrincipal,
  rule: Rule,
  target: KeyTarget | undefined,
): boolean {
  if (access.ownerId === null || (rule.isHoldersRight && itself(access, target))) return true;
  return userRole !== undefined && rule.member[userRole] !== 'none';
}

/** Whether it is the personal token of the very user who asks. */
export function isOwner(principal: Principal, { ownerId }: Pick<KeyTarget, 'ownerId'>): boolean {
  return principal.type === 'user' && principal.userId === ownerId;
}

/** Whether one may give rights to a key: to a personal token only its user may. */
export function mayWiden(principal: Principal, target: Pick<KeyTarget, 'ownerId'>): boolean {
  return target.ownerId === null || isOwner(principal, target);
}

/** What a list shows a principal: a filter that is always added to what they ask for. */
export interface Visibility {
  readonly teamId: string;
  readonly projectId?: string;
  /** Only keys that this user is assigned to. */
  readonly userId?: string;
}

export function visibleKeysOf(principal: Principal): Visibility {
  if (principal.type === 'key') {
    return { teamId: principal.teamId, projectId: principal.access.projectId };
  }
  if (principal.type === 'operator') return { teamId: principal.teamId };
  const reach: Reach = rules['keys.list'].member[principal.role];
  return reach === 'assigned'
    ? { teamId: principal.teamId, userId: principal.userId }
    : { teamId: principal.teamId };
}

/** E-mail addresses, notes and requestors are shown to owners, admins and auditors only. */
export function seesPersonalData(principal: Principal): boolean {
  return principal.type === 'user' && principal.role !== 'USER';
}
