import type { Settings } from './settings.js';

export interface CreateProfile {
  readonly type: 'CreateProfile';
  readonly profileId: string;
  readonly teamId: string;
  readonly name: string;
  readonly settings: Settings;
  readonly at: string;
}

/** Absent is unchanged; settings are replaced whole. */
export interface UpdateProfile {
  readonly type: 'UpdateProfile';
  readonly name?: string;
  readonly settings?: Settings;
  readonly at: string;
}

export interface ArchiveProfile {
  readonly type: 'ArchiveProfile';
  /** Whether a key that is neither revoked nor deleted has it. */
  readonly isAttached: boolean;
  readonly at: string;
}

export type ProfileCommand = CreateProfile | UpdateProfile | ArchiveProfile;
