import type { Settings } from './settings.js';

export interface BiasProfileCreated {
  readonly type: 'BiasProfileCreated';
  readonly profileId: string;
  readonly teamId: string;
  readonly name: string;
  readonly settings: Settings;
  readonly createdAt: string;
}

/** Absent is unchanged; settings are replaced whole. */
export interface BiasProfileUpdated {
  readonly type: 'BiasProfileUpdated';
  readonly name?: string;
  readonly settings?: Settings;
  readonly updatedAt: string;
}

export interface BiasProfileArchived {
  readonly type: 'BiasProfileArchived';
  readonly archivedAt: string;
}

export type ProfileEvent = BiasProfileCreated | BiasProfileUpdated | BiasProfileArchived;

export const profileEventTypes = {
  BiasProfileCreated: true,
  BiasProfileUpdated: true,
  BiasProfileArchived: true,
} as const satisfies { [T in ProfileEvent['type']]: true };

export const profileStream = (profileId: string): string => `profile-${profileId}`;
