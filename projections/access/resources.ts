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
  keysOf: () => [],
  apply: (row) => row,
};
