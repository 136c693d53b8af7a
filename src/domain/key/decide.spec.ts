import { specOf } from '../../../test/support/given.js';
import { formatSecret } from '../access/secret.js';
import type { CreateKey, RevokeKey } from './commands.js';
import { decide } from './decide.js';
import type { KeyCreated, KeyEvent, SecretRecord } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const secret: SecretRecord = {
  secretId: 'secret-1',
  digest: 'digest',
  digestAlgorithm: 'sha-256',
  format: 'compass-1',
  maskedSecret: 'cks_3fQ…x9Za',
  validUntil: null,
};

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

const created: KeyCreated = {
  type: 'KeyCreated',
  keyId: create.keyId,
  teamId: 'team-1',
  projectId: 'project-1',
  keyType: 'service_account',
  tier: 'paid',
  name: 'CI Pipeline',
  role: 'member',
  scopes: ['project', 'inference'],
  secret,
  createdAt: '2026-01-01T00:00:00.000Z',
};

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
