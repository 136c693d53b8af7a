import { keyAccessOf } from '../../test/support/key-access.js';
import type { KeyAccess } from '../domain/access/verdict.js';
import type { KeyRole, Scope } from '../domain/key/events.js';
import type { Role } from '../domain/team/events.js';
import { authorize, type KeyTarget, mayWiden, type Operation, rules, visibleKeysOf } from './authorize.js';
import type { KeyPrincipal, Principal } from './principal.js';

const target: KeyTarget = keyAccessOf({ keyId: 'k', teamId: 't', projectId: 'p', userIds: ['u'] });

function member(role: Role, userId = 'u', teamId = 't'): Principal {
  return { type: 'user', userId, sessionId: 's', teamId, role };
}

function holder(scopes: Scope[], role: KeyRole, at: Partial<KeyAccess> = {}): KeyPrincipal {
  const access = keyAccessOf({ keyId: 'caller', teamId: 't', projectId: 'p', role, scopes, ...at });
  return { type: 'key', teamId: access.teamId, access, secret: { secretId: 'x', validUntil: null } };
}

function tokenOf(userRole: Role): KeyPrincipal {
  return { ...holder(['project'], 'member', { type: 'personal_token', ownerId: 'u' }), userRole };
}

/** allowed, forbidden or unseen: for an assigned key of the team, and for one that is not assigned. */
type Row = readonly [Operation, Role, assigned: string, other: string];

const table: Row[] = [
  ['keys.create', 'OWNER', 'allowed', 'allowed'],
  ['keys.create', 'ADMIN', 'allowed', 'allowed'],
  ['keys.create', 'USER', 'forbidden', 'unseen'],
  ['keys.create', 'AUDITOR', 'forbidden', 'forbidden'],
  ['keys.list', 'OWNER', 'allowed', 'allowed'],
  ['keys.list', 'ADMIN', 'allowed', 'allowed'],
  ['keys.list', 'USER', 'allowed', 'unseen'],
  ['keys.list', 'AUDITOR', 'allowed', 'allowed'],
  ['keys.read', 'OWNER', 'allowed', 'allowed'],
  ['keys.read', 'ADMIN', 'allowed', 'allowed'],
  ['keys.read', 'USER', 'allowed', 'unseen'],
  ['keys.read', 'AUDITOR', 'allowed', 'allowed'],
  ['keys.update', 'OWNER', 'allowed', 'allowed'],
  ['keys.update', 'ADMIN', 'allowed', 'allowed'],
  ['keys.update', 'USER', 'forbidden', 'unseen'],
  ['keys.update', 'AUDITOR', 'forbidden', 'forbidden'],
  ['keys.rotate', 'OWNER', 'allowed', 'allowed'],
  ['keys.rotate', 'ADMIN', 'allowed', 'allowed'],
  ['keys.rotate', 'USER', 'allowed', 'unseen'],
  ['keys.rotate', 'AUDITOR', 'forbidden', 'forbidden'],
  ['keys.delete', 'OWNER', 'allowed', 'allowed'],
  ['keys.delete', 'ADMIN', 'allowed', 'allowed'],
  ['keys.delete', 'USER', 'forbidden', 'unseen'],
  ['keys.delete', 'AUDITOR', 'forbidden', 'forbidden'],
  ['keys.revoke', 'OWNER', 'allowed', 'allowed'],
  ['keys.revoke', 'ADMIN', 'allowed', 'allowed'],
  ['keys.revoke', 'USER', 'forbidden', 'unseen'],
  ['keys.revoke', 'AUDITOR', 'forbidden', 'forbidden'],
  ['policy.read', 'OWNER', 'allowed', 'allowed'],
  ['policy.read', 'ADMIN', 'allowed', 'allowed'],
  ['policy.read', 'USER', 'forbidden', 'unseen'],
  ['policy.read', 'AUDITOR', 'allowed', 'allowed'],
  ['policy.change', 'OWNER', 'allowed', 'allowed'],
  ['policy.change', 'ADMIN', 'allowed', 'allowed'],
  ['policy.change', 'USER', 'forbidden', 'unseen'],
  ['policy.change', 'AUDITOR', 'forbidden', 'forbidden'],
  ['tokens.issue', 'OWNER', 'allowed', 'forbidden'],
  ['tokens.issue', 'ADMIN', 'allowed', 'forbidden'],
  ['tokens.issue', 'USER', 'allowed', 'unseen'],
  ['tokens.issue', 'AUDITOR', 'forbidden', 'forbidden'],
  ['tokens.read', 'OWNER', 'allowed', 'allowed'],
  ['tokens.read', 'ADMIN', 'allowed', 'allowed'],
  ['tokens.read', 'USER', 'allowed', 'unseen'],
  ['tokens.read', 'AUDITOR', 'allowed', 'allowed'],
  ['tokens.revoke', 'OWNER', 'allowed', 'allowed'],
  ['tokens.revoke', 'ADMIN', 'allowed', 'allowed'],
  ['tokens.revoke', 'USER', 'allowed', 'unseen'],
  ['tokens.revoke', 'AUDITOR', 'forbidden', 'forbidden'],
  ['keys.history', 'OWNER', 'allowed', 'allowed'],
  ['keys.history', 'ADMIN', 'allowed', 'allowed'],
  ['keys.history', 'USER', 'allowed', 'unseen'],
  ['keys.history', 'AUDITOR', 'allowed', 'allowed'],
  ['audit.read', 'OWNER', 'allowed', 'allowed'],
  ['audit.read', 'ADMIN', 'allowed', 'allowed'],
  ['audit.read', 'USER', 'forbidden', 'unseen'],
  ['audit.read', 'AUDITOR', 'allowed', 'allowed'],
  ['resources.manage', 'OWNER', 'allowed', 'allowed'],
  ['resources.manage', 'ADMIN', 'allowed', 'allowed'],
  ['resources.manage', 'USER', 'forbidden', 'unseen'],
  ['resources.manage', 'AUDITOR', 'forbidden', 'forbidden'],
  ['resources.read', 'OWNER', 'allowed', 'allowed'],
  ['resources.read', 'ADMIN', 'allowed', 'allowed'],
  ['resources.read', 'USER', 'allowed', 'allowed'],
  ['resources.read', 'AUDITOR', 'allowed', 'allowed'],
  ['profiles.manage', 'OWNER', 'allowed', 'allowed'],
  ['profiles.manage', 'ADMIN', 'allowed', 'allowed'],
  ['profiles.manage', 'USER', 'forbidden', 'unseen'],
  ['profiles.manage', 'AUDITOR', 'forbidden', 'forbidden'],
  ['profiles.read', 'OWNER', 'allowed', 'allowed'],
  ['profiles.read', 'ADMIN', 'allowed', 'allowed'],
  ['profiles.read', 'USER', 'allowed', 'allowed'],
  ['profiles.read', 'AUDITOR', 'allowed', 'allowed'],
  ['services.read', 'OWNER', 'allowed', 'allowed'],
  ['services.read', 'ADMIN', 'allowed', 'allowed'],
  ['services.read', 'USER', 'allowed', 'allowed'],
  ['services.read', 'AUDITOR', 'allowed', 'allowed'],
  ['teams.list', 'OWNER', 'forbidden', 'forbidden'],
  ['teams.list', 'ADMIN', 'forbidden', 'forbidden'],
  ['teams.list', 'USER', 'forbidden', 'unseen'],
  ['teams.list', 'AUDITOR', 'forbidden', 'forbidden'],
  ['services.manage', 'OWNER', 'forbidden', 'forbidden'],
  ['services.manage', 'ADMIN', 'forbidden', 'forbidden'],
  ['services.manage', 'USER', 'forbidden', 'unseen'],
  ['services.manage', 'AUDITOR', 'forbidden', 'forbidden'],
  ['wallets.open', 'OWNER', 'allowed', 'allowed'],
  ['wallets.open', 'ADMIN', 'allowed', 'allowed'],
  ['wallets.open', 'USER', 'forbidden', 'unseen'],
  ['wallets.open', 'AUDITOR', 'forbidden', 'forbidden'],
  ['wallets.topUp', 'OWNER', 'allowed', 'allowed'],
  ['wallets.topUp', 'ADMIN', 'allowed', 'allowed'],
  ['wallets.topUp', 'USER', 'forbidden', 'unseen'],
  ['wallets.topUp', 'AUDITOR', 'forbidden', 'forbidden'],
  ['wallets.read', 'OWNER', 'allowed', 'allowed'],
  ['wallets.read', 'ADMIN', 'allowed', 'allowed'],
  ['wallets.read', 'USER', 'allowed', 'allowed'],
  ['wallets.read', 'AUDITOR', 'allowed', 'allowed'],
  ['usage.report', 'OWNER', 'forbidden', 'forbidden'],
  ['usage.report', 'ADMIN', 'forbidden', 'forbidden'],
  ['usage.report', 'USER', 'forbidden', 'unseen'],
  ['usage.report', 'AUDITOR', 'forbidden', 'forbidden'],
  ['projects.read', 'OWNER', 'allowed', 'allowed'],
  ['projects.read', 'ADMIN', 'allowed', 'allowed'],
  ['projects.read', 'USER', 'allowed', 'allowed'],
  ['projects.read', 'AUDITOR', 'allowed', 'allowed'],
  ['members.read', 'OWNER', 'allowed', 'allowed'],
  ['members.read', 'ADMIN', 'allowed', 'allowed'],
  ['members.read', 'USER', 'forbidden', 'unseen'],
  ['members.read', 'AUDITOR', 'allowed', 'allowed'],
  ['members.manage', 'OWNER', 'allowed', 'allowed'],
  ['members.manage', 'ADMIN', 'allowed', 'allowed'],
  ['members.manage', 'USER', 'forbidden', 'unseen'],
  ['members.manage', 'AUDITOR', 'forbidden', 'forbidden'],
  ['members.leave', 'OWNER', 'allowed', 'allowed'],
  ['members.leave', 'ADMIN', 'allowed', 'allowed'],
  ['members.leave', 'USER', 'allowed', 'allowed'],
  ['members.leave', 'AUDITOR', 'allowed', 'allowed'],
  ['projects.create', 'OWNER', 'allowed', 'allowed'],
  ['projects.create', 'ADMIN', 'allowed', 'allowed'],
  ['projects.create', 'USER', 'forbidden', 'unseen'],
  ['projects.create', 'AUDITOR', 'forbidden', 'forbidden'],
  ['projects.rename', 'OWNER', 'allowed', 'allowed'],
  ['projects.rename', 'ADMIN', 'allowed', 'allowed'],
  ['projects.rename', 'USER', 'forbidden', 'unseen'],
  ['projects.rename', 'AUDITOR', 'forbidden', 'forbidden'],
  ['projects.archive', 'OWNER', 'allowed', 'allowed'],
  ['projects.archive', 'ADMIN', 'allowed', 'allowed'],
  ['projects.archive', 'USER', 'forbidden', 'unseen'],
  ['projects.archive', 'AUDITOR', 'forbidden', 'forbidden'],
  ['access.verify', 'OWNER', 'allowed', 'allowed'],
  ['access.verify', 'ADMIN', 'allowed', 'allowed'],
  ['access.verify', 'USER', 'allowed', 'unseen'],
  ['access.verify', 'AUDITOR', 'allowed', 'allowed'],
];

describe('what a member may do', () => {
  it.each(table)('%s by %s: %s if assigned, else %s', (operation, role, assigned, other) => {
    expect(authorize(member(role), operation, target)).toBe(assigned);
    expect(authorize(member(role, 'somebody'), operation, target)).toBe(other);
  });

  it.each(['keys.create', 'keys.update', 'keys.rotate', 'keys.delete', 'keys.revoke'] as const)(
    '%s of a personal token: its user may, whatever their role, but not an auditor',
    (operation) => {
      const token: KeyTarget = { ...target, ownerId: 'u' };
      expect(authorize(member('USER'), operation, token)).toBe('allowed');
      expect(authorize(member('AUDITOR'), operation, token)).toBe('forbidden');
      expect(authorize(member('USER', 'somebody'), operation, token)).toBe('unseen');
    },
  );

  it('widens a personal token only if it is their own', () => {
    const token = { ownerId: 'u' };
    expect([member('USER'), member('OWNER', 'somebody')].map((one) => mayWiden(one, token))).toEqual([
      true,
      false,
    ]);
    expect(mayWiden(member('ADMIN'), { ownerId: null })).toBe(true);
  });

  it('has a row for every operation and role', () => {
    const rows = table.map(([operation, role]) => `${operation} ${role}`);
    for (const [operation, { member: roles }] of Object.entries(rules)) {
      for (const role of Object.keys(roles)) expect(rows).toContain(`${operation} ${role}`);
    }
  });

  it.each(Object.keys(rules) as Operation[])('%s never reaches another team', (operation) => {
    expect(authorize(member('OWNER', 'u', 'other'), operation, target)).toBe('unseen');
    const everything = holder(['keys', 'verify', 'project'], 'admin', { teamId: 'other' });
    expect(authorize(everything, operation, target)).toBe('unseen');
  });
});

describe('what a key may do', () => {
  const elsewhere: KeyTarget = { ...target, projectId: 'p2' };
  const itself: KeyTarget = { ...target, keyId: 'caller', projectId: 'p' };

  it('by itself reads, revokes and asks about itself, and nothing else', () => {
    const plain = holder(['project', 'inference'], 'admin');
    for (const operation of [
      'keys.read',
      'keys.rotate',
      'keys.revoke',
      'keys.history',
      'access.verify',
    ] as const) {
      expect(authorize(plain, operation, itself)).toBe('allowed');
      expect(authorize(plain, operation, target)).toBe('unseen');
    }
    for (const operation of ['keys.create', 'keys.list', 'audit.read', 'access.verify'] as const) {
      expect(authorize(plain, operation)).toBe('forbidden');
    }
  });

  it('with the scope keys reads in its project; with the role admin it also creates and revokes there', () => {
    const reader = holder(['keys'], 'member');
    expect(authorize(reader, 'keys.read', target)).toBe('allowed');
    expect(authorize(reader, 'keys.list')).toBe('allowed');
    expect(authorize(reader, 'keys.create')).toBe('forbidden');
    expect(authorize(reader, 'keys.revoke', target)).toBe('forbidden');
    const manager = holder(['keys'], 'admin');
    expect(authorize(manager, 'keys.create')).toBe('allowed');
    expect(authorize(manager, 'keys.revoke', target)).toBe('allowed');
    for (const operation of ['keys.read', 'keys.revoke', 'keys.history'] as const) {
      expect(authorize(manager, operation, elsewhere)).toBe('unseen');
    }
  });

  it('with the scope keys and the role admin neither changes itself nor touches personal tokens', () => {
    const manager = holder(['keys'], 'admin');
    const changes = ['keys.update', 'keys.delete'] as const;
    for (const operation of changes) {
      expect(authorize(manager, operation, target)).toBe('allowed');
      expect(authorize(manager, operation, itself)).toBe('forbidden');
      expect(authorize(manager, operation, elsewhere)).toBe('unseen');
    }
    for (const operation of [...changes, 'keys.rotate', 'keys.revoke'] as const) {
      expect(authorize(manager, operation, { ...target, ownerId: 'u' })).toBe('forbidden');
    }
  });

  it.each<Scope>(['keys', 'verify', 'meter'])('manages no key with %s, but revokes it', (scope) => {
    const manager = holder(['keys', 'verify', 'meter'], 'admin');
    const stronger: KeyTarget = { ...target, scopes: ['project', scope] };
    for (const operation of ['keys.update', 'keys.rotate'] as const) {
      expect(authorize(manager, operation, stronger)).toBe('forbidden');
    }
    expect(authorize(manager, 'keys.revoke', stronger)).toBe('allowed');
  });

  it('that is public revokes itself, and neither sees nor rotates itself', () => {
    const inPages = holder(['inference'], 'member', { public: true });
    expect(authorize(inPages, 'keys.revoke', itself)).toBe('allowed');
    for (const operation of ['keys.read', 'keys.history', 'keys.rotate'] as const) {
      expect(authorize(inPages, operation, itself)).toBe('unseen');
    }
  });

  it.each<[Role, string]>([
    ['OWNER', 'allowed'],
    ['ADMIN', 'allowed'],
    ['USER', 'allowed'],
    ['AUDITOR', 'forbidden'],
  ])('of an %s is a personal token, whose rotation is %s; it reads and revokes itself', (role, rotation) => {
    const token = tokenOf(role);
    const own: KeyTarget = { ...itself, ownerId: 'u' };
    expect(authorize(token, 'keys.rotate', own)).toBe(rotation);
    for (const operation of ['keys.read', 'keys.history', 'keys.revoke', 'access.verify'] as const) {
      expect(authorize(token, operation, own)).toBe('allowed');
    }
  });

  it('of an auditor or a user gives back no right to manage keys', () => {
    const token = { ...holder(['keys'], 'admin', { ownerId: 'u' }) };
    const may = (userRole: Role) => authorize({ ...token, userRole }, 'keys.delete', target);
    expect(may('ADMIN')).toBe('allowed');
    expect(may('AUDITOR')).toBe('forbidden');
    expect(authorize(token, 'keys.delete', target)).toBe('unseen');
  });

  it('that is not public reads the project it acts in', () => {
    expect(authorize(holder([], 'member'), 'projects.read')).toBe('allowed');
    expect(authorize(holder(['inference'], 'member', { public: true }), 'projects.read')).toBe('forbidden');
  });

  it('with the scope project renames its project, and with the role admin archives it', () => {
    const may = (one: KeyPrincipal) => [
      authorize(one, 'projects.create'),
      authorize(one, 'projects.rename'),
      authorize(one, 'projects.archive'),
    ];
    expect(may(holder(['project'], 'admin'))).toEqual(['forbidden', 'allowed', 'allowed']);
    expect(may(holder(['project'], 'member'))).toEqual(['forbidden', 'allowed', 'forbidden']);
    expect(may(holder(['keys', 'verify', 'inference'], 'admin'))).toEqual(
      Array.from({ length: 3 }, () => 'forbidden'),
    );
    // The token of somebody who may not do it themselves gives no right to it.
    expect(may(tokenOf('USER'))).toEqual(Array.from({ length: 3 }, () => 'forbidden'));
    expect(may(tokenOf('OWNER'))).toEqual(['forbidden', 'allowed', 'forbidden']);
  });

  it('has no say in who is a member, whatever it is', () => {
    for (const operation of ['members.read', 'members.manage', 'members.leave'] as const) {
      expect(authorize(holder(['keys', 'project'], 'admin'), operation)).toBe('forbidden');
      expect(authorize(tokenOf('OWNER'), operation)).toBe('forbidden');
    }
  });

  it('with the scope verify asks about its project; with the role admin about its team', () => {
    expect(authorize(holder(['verify'], 'member'), 'access.verify', target)).toBe('allowed');
    expect(authorize(holder(['verify'], 'member'), 'access.verify', elsewhere)).toBe('unseen');
    expect(authorize(holder(['verify'], 'admin'), 'access.verify', elsewhere)).toBe('allowed');
    expect(authorize(holder(['verify'], 'admin'), 'keys.read', target)).toBe('unseen');
  });

  it('with the scope meter reports the usage of its team, but never its own', () => {
    const meter = holder(['meter'], 'member');
    expect(authorize(meter, 'usage.report')).toBe('allowed');
    expect(authorize(meter, 'usage.report', target)).toBe('allowed');
    expect(authorize(meter, 'usage.report', elsewhere)).toBe('allowed');
    expect(authorize(meter, 'usage.report', itself)).toBe('forbidden');
    expect(authorize(holder(['keys', 'verify'], 'admin'), 'usage.report')).toBe('forbidden');
    expect(
      authorize({ ...holder(['meter'], 'admin', { ownerId: 'u' }), userRole: 'OWNER' }, 'usage.report'),
    ).toBe('forbidden');
  });

  it('with the scope keys reads what a team gives to its keys, and never manages it', () => {
    for (const operation of ['resources.read', 'profiles.read', 'services.read', 'wallets.read'] as const) {
      expect(authorize(holder(['keys'], 'member'), operation)).toBe('allowed');
      expect(authorize(holder(['project', 'inference', 'verify'], 'admin'), operation)).toBe('forbidden');
    }
    for (const operation of [
      'resources.manage',
      'profiles.manage',
      'wallets.open',
      'wallets.topUp',
    ] as const) {
      expect(authorize(holder(['keys', 'project'], 'admin'), operation)).toBe('forbidden');
    }
  });
});

describe('what an operator may do', () => {
  const access = keyAccessOf({
    keyId: 'o',
    teamId: 'platform',
    projectId: 'platform',
    role: 'admin',
    scopes: [],
  });
  const operator = (teamId: string): Principal => ({
    type: 'operator',
    teamId,
    access,
    secret: { secretId: 'x', validUntil: null },
  });
  /** By reach: about the team that is named, about another one, and about the key they hold. */
  const answers = {
    everywhere: ['allowed', 'allowed', 'allowed'],
    named: ['allowed', 'unseen', 'allowed'],
    itself: ['forbidden', 'unseen', 'allowed'],
    none: ['forbidden', 'unseen', 'forbidden'],
  };

  it.each(Object.entries(rules))('%s: as far as its row reaches', (name, { operator: reach }) => {
    const operation = name as Operation;
    const got = [operator('t'), operator('platform')].map((one) => authorize(one, operation, target));
    expect([...got, authorize(operator('t'), operation, access)]).toEqual(answers[reach]);
  });

  it('reads what teams have, but not who their people are, and changes nothing but money and services', () => {
    const all = Object.keys(rules) as Operation[];
    const allowed = all.filter((operation) => authorize(operator('t'), operation) === 'allowed');
    expect(allowed.toSorted()).toEqual([
      'access.verify',
      'audit.read',
      'keys.history',
      'keys.list',
      'keys.read',
      'policy.read',
      'profiles.read',
      'projects.read',
      'resources.read',
      'services.manage',
      'services.read',
      'teams.list',
      'tokens.read',
      'wallets.read',
      'wallets.topUp',
    ]);
  });
});

describe('what a list shows', () => {
  it('is the team, the assigned keys, or the project', () => {
    expect(visibleKeysOf(member('AUDITOR'))).toEqual({ teamId: 't' });
    expect(visibleKeysOf(member('USER'))).toEqual({ teamId: 't', userId: 'u' });
    expect(visibleKeysOf(holder(['keys'], 'member'))).toEqual({ teamId: 't', projectId: 'p' });
  });
});
