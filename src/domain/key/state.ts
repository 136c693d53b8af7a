import type { KeyEvent, Tier } from './events.js';

/** What deciding about a key needs to remember of it. */
export interface Key {
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly tier: Tier;
  readonly userIds: readonly string[];
  readonly revokedAt: string | null;
}

/** Undefined: it was never created. */
export type KeyState = Key | undefined;

export function evolve(key: KeyState, event: KeyEvent): KeyState {
  if (event.type === 'KeyCreated') {
    const { keyId, teamId, projectId, tier } = event;
    return { keyId, teamId, projectId, tier, userIds: [], revokedAt: null };
  }
  if (!key) return key;
  switch (event.type) {
    case 'UserAssigned':
      return { ...key, userIds: [...key.userIds, event.userId] };
    case 'KeyRevoked':
      return { ...key, revokedAt: event.revokedAt };
  }
}
