import type { KeyEvent, Tier } from './events.js';

/** What deciding about a key needs to remember of it. */
export interface Key {
  readonly keyId: string;
  readonly teamId: string;
  readonly tier: Tier;
  readonly userIds: readonly string[];
  readonly revokedAt: string | null;
}

/** Undefined: it was never created. */
export type KeyState = Key | undefined;

export function evolve(key: KeyState, event: KeyEvent): KeyState {
  if (event.type === 'KeyCreated') {
    return { keyId: event.keyId, teamId: event.teamId, tier: event.tier, userIds: [], revokedAt: null };
  }
  if (!key) return key;
  switch (event.type) {
    case 'UserAssigned':
      return { ...key, userIds: [...key.userIds, event.userId] };
    case 'KeyRevoked':
      return { ...key, revokedAt: event.revokedAt };
  }
}
