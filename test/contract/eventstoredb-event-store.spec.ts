import { randomUUID } from 'node:crypto';
import { type StandIn, startStandIn } from '../support/eventstore-stand-in/index.js';
import { describeEventStore } from './event-store.contract.js';
import { openEventStoreDbLog, openPartOfEventStoreDbLog } from './eventstoredb-log.js';

const url = process.env['COMPASS_TEST_EVENTSTORE_URL'];

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.stop());

describeEventStore('EventStoreDB, stand-in', () =>
  openEventStoreDbLog(standIn.url, () => standIn.log.forget()),
);

if (url !== undefined) {
  describeEventStore('EventStoreDB', () => openPartOfEventStoreDbLog(url, `${randomUUID()}-`));
}
