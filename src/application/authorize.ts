import type { KeyAccess } from '../domain/access/verdict.js';
import type { Role } from '../domain/team/events.js';
import type { Principal } from './principal.js';

/** What of a team's keys a member reaches: all, those assigned to them, or none. */
type Reach = 'all' | 'assigned' | 'none';

/** The key an operation is about. */
export type KeyTarget = Pick<KeyAccess, 'keyId' | 'teamId' | 'projectId' | 'userIds'>;

type KeyRule = (holder: KeyAccess, target: KeyTarget | undefined) => boolean;

interface Rule {
  readonly member: { readonly [R in Role]: Reach };
  /** Whether a key may, by what it is and what it asks about (undefined: nothing in particular yet). */
  readonly key: KeyRule;
}

const itself: KeyRule = (holder, target) => target?.keyId === holder.keyId;
const inItsProject: KeyRule = (holder, target) => !target || target.projectId === holder.projectId;
const managesKeys: KeyRule = (holder, target) =>
  holder.scopes.includes('keys') && holder.role === 'admin' && inItsProject(holder, target);
const readsKeys: KeyRule = (holder, target) => holder.scopes.includes('keys') && inItsProject(holder, target);
/** A gateway checks keys of its own project; with the role admin those of its team. */
const verifiesKeys: KeyRule = (holder, target) =>
  holder.scopes.includes('verify') && (holder.role === 'admin' || inItsProject(holder, target));
const never: KeyRule = () => false;
const either =
  (one: KeyRule, other: KeyRule): KeyRule =>
  (holder, target) =>
    one(holder, target) || other(holder, target);

const everyone = { OWNER: 'all', ADMIN: 'all', USER: 'assigned', AUDITOR: 'all' } as const;
const managers = { OWNER: 'all', ADMIN: 'all', USER: 'none', AUDITOR: 'none' } as const;

/** The one table that guards every operation on every face. An operation without a row does not compile. */
export const rules = {
  'keys.create': { member: managers, key: managesKeys },
  'keys.list': { member: everyone, key: readsKeys },
  'keys.read': { member: everyone, key: either(itself, readsKeys) },
  /** A holder may always revoke the key it holds. */
  'keys.revoke': { member: managers, key: either(itself, managesKeys) },
  'keys.history': { member: everyone, key: either(itself, readsKeys) },
  /** A user reads the history of their own keys key by key. */
  'audit.read': { member: { ...everyone, USER: 'none' }, key: never },
  /** Whoever holds a key may ask about it. */
  'access.verify': { member: everyone, key: either(itself, verifiesKeys) },
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
  if (target && target.teamId !== principal.teamId) return 'unseen';
  if (isGranted(principal, rules[operation], target)) return 'allowed';
  if (!target) return 'forbidden';
  return isGranted(principal, rules['keys.read'], target) ? 'forbidden' : 'unseen';
}

function isGranted(principal: Principal, rule: Rule, target: KeyTarget | undefined): boolean {
  if (principal.type === 'key') return rule.key(principal.access, target);
  const reach = rule.member[principal.role];
  if (reach === 'assigned') return !target || target.userIds.includes(principal.userId);
  return reach === 'all';
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
  const reach: Reach = rules['keys.list'].member[principal.role];
  return reach === 'assigned'
    ? { teamId: principal.teamId, userId: principal.userId }
    : { teamId: principal.teamId };
}

/** E-mail addresses, notes and requestors are shown to owners, admins and auditors only. */
export function seesPersonalData(principal: Principal): boolean {
  return principal.type === 'user' && principal.role !== 'USER';
}
