import type { KeyRole, Scope } from '../key/events.js';

/** What a permission asks of a key. */
export interface PermissionRule {
  /** One of its scopes; null: none, but no public key has it. */
  readonly scope: Scope | null;
  readonly role: KeyRole | 'any';
  /** Nothing is changed with it, so that the personal token of an auditor may have it. */
  readonly isReading?: true;
}

/** The platform's permissions. Sensitive ones need the role `admin`. */
export const permissionRules: ReadonlyMap<string, PermissionRule> = new Map<string, PermissionRule>([
  ['projects:manage', { scope: 'project', role: 'any' }],
  ['datasets:upload', { scope: 'project', role: 'any' }],
  ['models:train', { scope: 'project', role: 'any' }],
  ['predictions:create', { scope: 'project', role: 'any' }],
  ['runs:create', { scope: null, role: 'any' }],
  ['runs:read', { scope: null, role: 'any', isReading: true }],
  ['connections:write', { scope: 'project', role: 'admin' }],
  ['inferences:create', { scope: 'inference', role: 'any' }],
  ['keys:manage', { scope: 'keys', role: 'admin' }],
  ['keys:verify', { scope: 'verify', role: 'any' }],
  ['usage:report', { scope: 'meter', role: 'any' }],
]);

export const scopes = ['project', 'inference', 'keys', 'verify', 'meter'] as const satisfies readonly Scope[];
