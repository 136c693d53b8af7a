import type { ServiceOffer } from '../../src/domain/access/key-access.js';
import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
import { serviceEventTypes } from '../../src/domain/service/events.js';
import type { Table } from '../runner/model.js';

/** What verification knows of a service of the catalogue. */
export interface ServiceAccess extends ServiceOffer {
  readonly isRetired: boolean;
  /** Events of the service's stream. */
  readonly revision: number;
}

export const serviceAccess: Table<ServiceAccess> = {
  name: 'access_services',
  key: 'serviceId',
  columns: { serviceId: 'id', isFree: 'boolean', models: 'texts', isRetired: 'boolean', revision: 'integer' },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, serviceEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, serviceEventTypes)) return row;
    const { event, revision } = recorded;
    switch (event.type) {
      case 'ServiceRegistered': {
        const { serviceId, free } = event;
        return { serviceId, isFree: free, models: [], isRetired: false, revision };
      }
      case 'ServicePriced':
        return row && { ...row, models: event.models, revision };
      case 'ServiceRetired':
        return row && { ...row, isRetired: true, revision };
    }
  },
};
