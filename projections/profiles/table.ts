import { profileEventTypes } from '../../src/domain/profile/events.js';
import type { Settings } from '../../src/domain/profile/settings.js';
import { changesIn, type ProfileStatus } from '../../src/domain/profile/state.js';
import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
import type { ReadModel, Table } from '../runner/model.js';

export interface ProfileRow {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly settings: Settings;
  readonly status: ProfileStatus;
  readonly createdAt: string;
  /** Events of the profile's stream: what an ETag is made of. */
  readonly revision: number;
}

export const profileRows: Table<ProfileRow> = {
  name: 'profiles',
  key: 'id',
  columns: {
    id: 'id',
    teamId: 'id',
    name: 'text',
    settings: 'json',
    status: 'text',
    createdAt: 'instant',
    revision: 'integer',
  },
  indexes: ['(team_id, created_at desc, id desc)'],
  keysOf: (recorded) => (isOneOf(recorded, profileEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, profileEventTypes)) return row;
    const { event, revision } = recorded;
    switch (event.type) {
      case 'BiasProfileCreated': {
        const { profileId, teamId, name, settings, createdAt } = event;
        return { id: profileId, teamId, name, settings, status: 'active', createdAt, revision };
      }
      case 'BiasProfileUpdated':
        return row && { ...row, ...changesIn(event), revision };
      case 'BiasProfileArchived':
        return row && { ...row, status: 'archived', revision };
    }
  },
};

export const profilesModel: ReadModel = { name: 'profiles', version: 1, tables: [profileRows] };
