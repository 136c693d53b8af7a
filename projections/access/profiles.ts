import { type ProfileEvent, profileEventTypes } from '../../src/domain/profile/events.js';
import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
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
  keysOf: (recorded) => (isOneOf(recorded, profileEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, profileEventTypes)) return row;
    const { event, revision } = recorded;
    if (event.type === 'BiasProfileCreated') {
      const { profileId, teamId, name, settings } = event;
      return { profileId, teamId, name, settingsText: JSON.stringify(settings), revision };
    }
    return row && changed({ ...row, revision }, event);
  },
};

function changed(
  row: ProfileAccess,
  event: Exclude<ProfileEvent, { type: 'BiasProfileCreated' }>,
): ProfileAccess {
  switch (event.type) {
    case 'BiasProfileUpdated': {
      const { name = row.name, settings } = event;
      return { ...row, name, settingsText: settings ? JSON.stringify(settings) : row.settingsText };
    }
    case 'BiasProfileArchived':
      // None is archived while it is attached to a key, so there is nobody to tell.
      return row;
  }
}
