import type { ResourceType } from '../../src/domain/key/events.js';
import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
import { resourceEventTypes } from '../../src/domain/resource/events.js';
import type { ResourceStatus } from '../../src/domain/resource/state.js';
import type { ReadModel, Table } from '../runner/model.js';

export interface ResourceRow {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly model: string;
  readonly resourceType: ResourceType;
  readonly status: ResourceStatus;
  readonly registeredAt: string;
  /** Events of the resource's stream: what an ETag is made of. */
  readonly revision: number;
}

export const resourceRows: Table<ResourceRow> = {
  name: 'resources',
  key: 'id',
  columns: {
    id: 'id',
    teamId: 'id',
    name: 'text',
    model: 'text',
    resourceType: 'text',
    status: 'text',
    registeredAt: 'instant',
    revision: 'integer',
  },
  indexes: ['(team_id, registered_at desc, id desc)'],
  keysOf: (recorded) => (isOneOf(recorded, resourceEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, resourceEventTypes)) return row;
    const { event, revision } = recorded;
    switch (event.type) {
      case 'ResourceRegistered': {
        const { resourceId, teamId, name, model, resourceType, registeredAt } = event;
        return {
          id: resourceId,
          teamId,
          name,
          model,
          resourceType,
          status: 'active',
          registeredAt,
          revision,
        };
      }
      case 'ResourceActivated':
        return row && { ...row, status: 'active', revision };
      case 'ResourceDeactivated':
        return row && { ...row, status: 'inactive', revision };
    }
  },
};

export const resourcesModel: ReadModel = { name: 'resources', version: 1, tables: [resourceRows] };
