import { specOf } from '../../../test/support/given.js';
import { keyCreatedOf, secretRecordOf } from '../../../test/support/key-events.js';
import { formatSecret } from '../access/secret.js';
import type { CreateKey, KeyCommand, RevokeKey } from './commands.js';
import { decide } from './decide.js';
import type { KeyEvent, ResourceRef } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const secret = secretRecordOf('secret-1');

const create: CreateKey = {
  type: 'CreateKey',
  keyId: '01900000-0000-7000-8000-0123456789ab',
  teamId: 'team-1',
  projectId: 'project-1',
  keyType: 'service_account',
  tier: 'paid',
  name: 'CI Pipeline',
  role: 'member',
  scopes: ['project', 'inference'],
  secret,
  at: '2026-01-01T00:00:00.000Z',
};

const created = keyCreatedOf();

const revoke: RevokeKey = { type: 'RevokeKey', reason: 'superseded', at: '2026-02-01T00:00:00.000Z' };
const revoked: KeyEvent = { type: 'KeyRevoked', reason: 'superseded', revokedAt: revoke.at };

describe('creating a key', () => {
  it('records what it is given, and nothing for what it is not', () => {
    expect(given().when(create)).toEqual([created]);
  });

  it('names a nameless key after the random end of its id', () => {
    const { name: _, ...nameless } = create;
    expect(given().when(nameless)).toMatchObject([{ name: 'key-456789ab' }]);
  });

  it('assigns the creator in the same append', () => {
    expect(given().when({ ...create, creatorId: 'user-1' })).toEqual([
      created,
      { type: 'UserAssigned', userId: 'user-1', assignedAt: create.at },
    ]);
  });

  it('keeps an empty list of scopes empty', () => {
    expect(given().when({ ...create, scopes: [] })).toMatchObject([{ scopes: [] }]);
  });

  it('is a repeat when the id is taken: an earlier try made it', () => {
    expect(given(created).when(create)).toEqual([]);
  });

  it.each(['', ' padded', 'x'.repeat(101), 'tab\tbed', 'line\nbreak', 'half \ud800'])(
    'refuses the name %j',
    (name) => {
      expect(given().when({ ...create, name })).toEqual({ code: 'key.name_invalid', field: 'name' });
    },
  );

  it.each(['description', 'notes', 'requestor', 'appId', 'department'])('refuses a secret in %s', (field) => {
    const text = `use ${formatSecret('cks', new Uint8Array(32).fill(7))} please`;
    expect(given().when({ ...create, [field]: text })).toEqual({ code: 'field.contains_secret', field });
  });

  it('refuses text that no database keeps', () => {
    const command = { ...create, notes: 'nul \u0000' };
    expect(given().when(command)).toEqual({ code: 'field.not_plain_text', field: 'notes' });
  });
});

describe('revoking a key', () => {
  it('records the reason and the instant', () => {
    expect(given(created).when(revoke)).toEqual([revoked]);
  });

  it('is a repeat on a revoked key, whatever the reason: the first one stands', () => {
    expect(given(created, revoked).when({ ...revoke, reason: 'key_compromise' })).toEqual([]);
  });

  it('is refused for the free key', () => {
    expect(given({ ...created, tier: 'free' }).when(revoke)).toEqual({ code: 'key.free_is_permanent' });
  });

  it('is refused for a key that never was', () => {
    expect(given().when(revoke)).toEqual({ code: 'key.not_found' });
  });
});

const at = '2026-03-01T00:00:00.000Z';
const free = keyCreatedOf({ tier: 'free' });
const disabled: KeyEvent = { type: 'StatusChanged', status: 'INACTIVE', changedAt: at };
const deleted: KeyEvent = { type: 'KeyDeleted', deletedAt: at };
const tpm: ResourceRef = { resourceId: 'r1', model: 'jais-30b', resourceType: 'TPM' };
const other: ResourceRef = { resourceId: 'r2', model: 'llama-3', resourceType: 'PYG' };
const assigned: KeyEvent = { type: 'ResourceAssigned', ...tpm, assignedAt: at };

const changeStatus = (status: 'ACTIVE' | 'INACTIVE', mayWiden = true) =>
  ({ type: 'ChangeStatus', status, mayWiden, at }) as const;
const assign = (resources: readonly ResourceRef[], mayWiden = true) =>
  ({ type: 'AssignResources', resources, mayWiden, at }) as const;

describe('confirming that a revoked key is refused everywhere', () => {
  const processes = [{ processId: 'process-1', outcome: 'confirmed', afterMilliseconds: 7 }] as const;
  const confirm = { type: 'ConfirmRevocation', processes, at } as const;
  const confirmed: KeyEvent = {
    type: 'RevocationConfirmed',
    processes,
    notIncluded: ['in_process_verifiers'],
    confirmedAt: at,
  };

  it('records which processes, and what is not among them', () => {
    expect(given(created, revoked).when(confirm)).toEqual([confirmed]);
  });

  it('is a repeat once it is recorded: the first one stands', () => {
    expect(given(created, revoked, confirmed).when({ ...confirm, processes: [] })).toEqual([]);
  });

  it('says nothing of a key that is not revoked', () => {
    expect(given(created).when(confirm)).toEqual([]);
  });
});

describe('what a new key has besides itself', () => {
  it('follows as events of its own in the same append', () => {
    const command: CreateKey = {
      ...create,
      public: true,
      scopes: ['inference'],
      resources: [tpm],
      biasProfileId: 'profile-1',
      allowedIps: ['203.0.113.0/24'],
      allowedOrigins: ['https://app.example.com'],
    };
    expect(given().when(command)).toEqual([
      { ...created, public: true, scopes: ['inference'] },
      { type: 'ResourceAssigned', ...tpm, assignedAt: create.at },
      { type: 'BiasProfileChanged', biasProfileId: 'profile-1', changedAt: create.at },
      { type: 'AllowedIpsChanged', allowedIps: ['203.0.113.0/24'], changedAt: create.at },
      { type: 'AllowedOriginsChanged', allowedOrigins: ['https://app.example.com'], changedAt: create.at },
    ]);
  });

  it('is its user when it is a personal token', () => {
    const command: CreateKey = { ...create, keyType: 'personal_token', creatorId: 'user-1' };
    expect(given().when(command)).toMatchObject([
      { keyType: 'personal_token', userId: 'user-1' },
      { type: 'UserAssigned', userId: 'user-1' },
    ]);
  });

  it.each([
    [{ public: true, scopes: ['project'] }, 'key.public_only_infers', 'scopes'],
    [{ public: true, scopes: ['inference'], role: 'admin' }, 'key.public_is_member', 'role'],
    [{ allowedOrigins: ['https://a.example'] }, 'key.origins_need_public', 'allowedOrigins'],
    [{ labels: ['ok', formatSecret('cks', new Uint8Array(32))] }, 'field.contains_secret', 'labels'],
    [{ resources: [tpm, { ...other, model: tpm.model }] }, 'resource.model_conflict', 'resourceIds'],
  ] as const)('is refused: %j', (fields, code, field) => {
    expect(given().when({ ...create, ...fields })).toEqual({ code, field });
  });
});

describe('a revoked key', () => {
  it.each<KeyCommand>([
    changeStatus('ACTIVE'),
    { type: 'ChangeKey', changes: {}, mayWiden: true, at },
    { type: 'RotateKey', secret, gracePeriodSeconds: 0, mayCutGrace: true, at },
    assign([]),
  ])('refuses $type, even where nothing would change', (command) => {
    expect(given(created, revoked).when(command)).toEqual({ code: 'key.revoked' });
  });

  it('can be deleted', () => {
    expect(given(created, revoked).when({ type: 'DeleteKey', at })).toEqual([deleted]);
  });
});

describe('deleting a key', () => {
  it('ends everything: it is not found any more', () => {
    for (const command of [revoke, changeStatus('ACTIVE'), { type: 'DeleteKey', at }] as const) {
      expect(given(created, deleted).when(command)).toEqual({ code: 'key.not_found' });
    }
  });

  it('is refused for the free key', () => {
    expect(given(free).when({ type: 'DeleteKey', at })).toEqual({ code: 'key.free_is_permanent' });
  });
});

describe('disabling and enabling', () => {
  it('are recorded when they change something', () => {
    expect(given(created).when(changeStatus('INACTIVE'))).toEqual([disabled]);
    expect(given(created, disabled).when(changeStatus('INACTIVE'))).toEqual([]);
    expect(given(created, disabled).when(changeStatus('ACTIVE'))).toMatchObject([{ status: 'ACTIVE' }]);
    expect(given(created).when(changeStatus('ACTIVE'))).toEqual([]);
  });

  it('have nothing to do with expiry', () => {
    const expired: KeyEvent = { type: 'StatusChanged', status: 'EXPIRED', changedAt: at };
    expect(given(created, disabled, expired).when(changeStatus('ACTIVE'))).toMatchObject([
      { status: 'ACTIVE' },
    ]);
    expect(given(created, expired).when(changeStatus('ACTIVE'))).toEqual([]);
  });

  it('by others than the user of a personal token only take', () => {
    expect(given(created).when(changeStatus('INACTIVE', false))).toEqual([disabled]);
    expect(given(created, disabled).when(changeStatus('ACTIVE', false))).toEqual({
      code: 'key.only_its_user',
    });
  });
});

describe('assigning resources', () => {
  it('makes events of the differences to the whole set', () => {
    expect(given(created, assigned).when(assign([other]))).toEqual([
      { type: 'ResourceUnassigned', ...tpm, unassignedAt: at },
      { type: 'ResourceAssigned', ...other, assignedAt: at },
    ]);
    expect(given(created, assigned).when(assign([tpm]))).toEqual([]);
  });

  it('refuses one model under two types', () => {
    const decision = given(created, assigned).when(assign([tpm, { ...other, model: tpm.model }]));
    expect(decision).toEqual({ code: 'resource.model_conflict', field: 'resourceIds' });
  });

  it('takes one model twice under one type', () => {
    const twin = { ...tpm, resourceId: 'r3' };
    expect(given(created, assigned).when(assign([tpm, twin]))).toMatchObject([{ resourceId: 'r3' }]);
  });

  it('by others than the user of a personal token only takes', () => {
    expect(given(created, assigned).when(assign([], false))).toMatchObject([{ type: 'ResourceUnassigned' }]);
    expect(given(created).when(assign([tpm], false))).toEqual({ code: 'key.only_its_user' });
  });
});

describe('what time does', () => {
  const lapses = { type: 'RecordLapses', at } as const;
  const ended = keyCreatedOf({ expiresAt: at });

  it('is recorded once', () => {
    const expired: KeyEvent = { type: 'StatusChanged', status: 'EXPIRED', changedAt: at };
    expect(given(ended).when(lapses)).toEqual([expired]);
    expect(given(ended, expired).when(lapses)).toEqual([]);
    expect(given(created).when(lapses)).toEqual([]);
  });

  it('is recorded again after a new lifetime has passed', () => {
    const expired: KeyEvent = { type: 'StatusChanged', status: 'EXPIRED', changedAt: at };
    const extended: KeyEvent = {
      type: 'ExpiryChanged',
      expiresAt: '2026-02-28T00:00:00.000Z',
      changedAt: at,
    };
    expect(given(ended, expired, extended).when(lapses)).toEqual([expired]);
  });

  it('retires the secret before when its grace is over, not a moment sooner', () => {
    const rotated = (previousValidUntil: string): KeyEvent => ({
      type: 'KeyRotated',
      secret: secretRecordOf('secret-2'),
      previousSecretId: 'secret-1',
      previousValidUntil,
      rotatedAt: '2026-02-01T00:00:00.000Z',
    });
    const retired = { type: 'PreviousSecretRetired', secretId: 'secret-1', retiredAt: at };
    expect(given(created, rotated(at)).when(lapses)).toEqual([retired]);
    expect(given(created, rotated('2026-03-01T00:00:00.001Z')).when(lapses)).toEqual([]);
  });

  it('does nothing more to a revoked key', () => {
    expect(given(ended, revoked).when(lapses)).toEqual([]);
  });
});
