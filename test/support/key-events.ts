import type { KeyCreated, SecretRecord } from '../../src/domain/key/events.js';

/** What the log keeps of a secret, told from others by its id. */
export function secretRecordOf(secretId: string): SecretRecord {
  return {
    secretId,
    digest: `digest-of-${secretId}`,
    digestAlgorithm: 'sha-256',
    format: 'compass-1',
    maskedSecret: 'cks_3fQ…x9Za',
    validUntil: null,
  };
}

/** The first event of a plain paid service account that never expires, but for what is said. */
export function keyCreatedOf(changes: Partial<KeyCreated> = {}): KeyCreated {
  return {
    type: 'KeyCreated',
    keyId: '01900000-0000-7000-8000-0123456789ab',
    teamId: 'team-1',
    projectId: 'project-1',
    keyType: 'service_account',
    tier: 'paid',
    name: 'CI Pipeline',
    role: 'member',
    scopes: ['project', 'inference'],
    secret: secretRecordOf('secret-1'),
    createdAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}
