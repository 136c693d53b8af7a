import { describeAppends } from './event-store/appends.js';
import { describeFollowing } from './event-store/following.js';
import type { LogUnderTest } from './event-store/log.js';
import { describeModel } from './event-store/model.js';
import { describeRaces } from './event-store/races.js';
import { describeReading } from './event-store/reading.js';

/**
 * What every adapter of the log must do, whatever it is built on: the promises of `port.ts`, one by
 * one. It knows nothing about the adapter, so that none can be excused from anything.
 * @param makeLog a new, empty log
 */
export function describeEventStore(name: string, makeLog: () => LogUnderTest): void {
  describe(`event store: ${name}`, () => {
    let log: LogUnderTest;
    beforeEach(() => {
      log = makeLog();
    });
    afterEach(() => log.cleanup());

    describeAppends(() => log);
    describeReading(() => log);
    describeFollowing(() => log);
    describeRaces(() => log);
    describeModel(() => log);
  });
}
