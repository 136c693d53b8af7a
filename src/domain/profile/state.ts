import type { BiasProfileUpdated, ProfileEvent } from './events.js';
import type { Settings } from './settings.js';

export const profileStatuses = ['active', 'archived'] as const;
export type ProfileStatus = (typeof profileStatuses)[number];

/** What deciding about a bias profile, and about keys that are given it, needs to remember of it. */
export interface Profile {
  readonly profileId: string;
  readonly teamId: string;
  readonly name: string;
  readonly settings: Settings;
  readonly isArchived: boolean;
}

/** Undefined: it was never created. */
export type ProfileState = Profile | undefined;

export function evolve(profile: ProfileState, event: ProfileEvent): ProfileState {
  if (event.type === 'BiasProfileCreated') {
    const { profileId, teamId, name, settings } = event;
    return { profileId, teamId, name, settings, isArchived: false };
  }
  if (!profile) return profile;
  switch (event.type) {
    case 'BiasProfileUpdated':
      return { ...profile, ...changesIn(event) };
    case 'BiasProfileArchived':
      return { ...profile, isArchived: true };
  }
}

/** The fields that an update gave. */
export function changesIn({ name, settings }: Omit<BiasProfileUpdated, 'type' | 'updatedAt'>): {
  readonly name?: string;
  readonly settings?: Settings;
} {
  return { ...(name !== undefined && { name }), ...(settings !== undefined && { settings }) };
}
