import type { Table } from '../runner/model.js';

/** What verification tells of a bias profile. */
export interface ProfileAccess {
  readonly profileId: string;
  readonly teamId: string;
  readonly name: string;
  /** JSON: it is never looked into here, only handed on. */
  readonly settingsText: string;
  /** Events of the profile's stream. */
  readonly revision: number;
}

export const profileAccess: Table<ProfileAccess> = {
  name: 'access_profiles',
  key: 'profileId',
  columns: { profileId: 'id', teamId: 'id', name: 'text', settingsText: 'text', revision: 'integer' },
  indexes: [],
  keysOf: () => [],
  apply: (row) => row,
};
