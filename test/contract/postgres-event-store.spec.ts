import { describeEventStore } from './event-store.contract.js';
import { makePostgresLog } from './postgres-log.js';

describeEventStore('postgres', makePostgresLog);
