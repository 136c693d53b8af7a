import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
import { resourceEventTypes } from '../../src/domain/resource/events.js';
import type { Table } from '../runner/model.js';

/** What verification knows of a resource. */
export interface ResourceAccess {
  readonly resourceId: string;
  readonly teamId: string;
  readonly model: string;
  readonly isActive: boolean;
  /** Events of the resource's stream. */
  readonly revision: number;
}

export const resourceAccess: Table<ResourceAccess> = {
  name: 'access_resources',
  key: 'resourceId',
  columns: { resourceId: 'id', teamId: 'id', model: 'text', isActive: 'boolean', revision: 'integer' },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, resourceEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, resourceEventTypes)) return row;
    const { event, revision } = recorded;
    if (event.type === 'ResourceRegistered') {
      const { resourceId, teamId, model } = event;
      return { resourceId, teamId, model, isActive: true, revision };
    }
    return row && { ...row, isActive: event.type === 'ResourceActivated', revision };
  },
};
