import { createMemoryEventStore, MemoryLog } from '../../src/event-store/memory/index.js';
import { describeEventStore } from './event-store.contract.js';

describeEventStore('memory', () => {
  const log = new MemoryLog();
  const store = createMemoryEventStore(log);
  const stores = [store];
  return {
    store,
    another() {
      const other = createMemoryEventStore(log);
      stores.push(other);
      return other;
    },
    async cleanup() {
      await Promise.all(stores.map((each) => each.close()));
    },
  };
});
