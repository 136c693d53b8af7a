import type { DomainEvent } from '../domain/recorded.js';

const reasonWords = {
  unspecified: 'no reason given',
  key_compromise: 'the secret may be known to others',
  superseded: 'another key took its place',
  cessation_of_operation: 'it is no longer needed',
  privilege_withdrawn: 'the right to use it was withdrawn',
} as const;

/** One event as a sentence for people, without its actor. Personal data is never in it. */
export function summaryOf(event: DomainEvent): string {
  switch (event.type) {
    case 'KeyCreated':
      return `Created the ${event.tier} key “${event.name}” with ${scopesIn(event.scopes)}.`;
    case 'UserAssigned':
      return 'Assigned a user to the key.';
    case 'KeyRevoked':
      return `Revoked the key: ${reasonWords[event.reason]}.`;
    case 'TeamCreated':
      return `Created the team “${event.name}”.`;
    case 'MemberJoined':
      return `A member joined with the role ${event.role}.`;
    case 'ProjectCreated':
      return `Created the project “${event.name}”.`;
    case 'UserSignedUp':
      return 'Signed up.';
    case 'KeyUsesRecorded':
      return `Recorded uses of ${event.rows.length} secrets.`;
  }
}

function scopesIn(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'no scopes' : `the scopes ${scopes.join(', ')}`;
}
