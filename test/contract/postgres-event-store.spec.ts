import type { TestDatabase } from '../support/database.js';
import { describeEventStore } from './event-store.contract.js';
import { createLogDatabase, openPostgresLog } from './postgres-log.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createLogDatabase();
});
afterAll(() => database.drop());

describeEventStore('postgres', () => openPostgresLog(database.url));
