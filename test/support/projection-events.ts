import type { KeyCreated } from '../../src/domain/key/events.js';
import type { DomainEvent, Metadata, Recorded } from '../../src/domain/recorded.js';
import type { UseRow } from '../../src/domain/uses/events.js';
import { keyCreatedOf, secretRecordOf } from './key-events.js';

/** The n-th second of a day. */
export function instant(second: number): string {
  return new Date(Date.UTC(2026, 10, 21) + second * 1_000).toISOString();
}

export function metadata(changes: Partial<Metadata> = {}): Metadata {
  return {
    recordedAt: instant(0),
    actor: { type: 'user', id: 'user-1', credentialId: 'session-1' },
    teamId: 'team-1',
    correlationId: 'request-1',
    commandId: 'command-1',
    ...changes,
  };
}

/** An event as the log gives it; position and revision 1 unless something else is said. */
export function recorded(stream: string, event: DomainEvent, place: Partial<Recorded> = {}): Recorded {
  return { id: 'event-1', stream, revision: 1, position: '1', event, metadata: metadata(), ...place };
}

export function keyCreated(changes: Partial<KeyCreated> = {}): KeyCreated {
  const keyId = changes.keyId ?? 'k1';
  const secret = { ...secretRecordOf(`secret-of-${keyId}`), digest: `digest-of-${keyId}` };
  return keyCreatedOf({ keyId, secret, createdAt: instant(0), ...changes });
}

export function use(changes: Partial<UseRow & { secretId: string }> = {}): UseRow {
  return {
    keyId: 'k1',
    secretId: 'secret-of-k1',
    code: 'VALID',
    count: 1,
    firstAt: instant(0),
    lastAt: instant(0),
    ...changes,
  };
}
