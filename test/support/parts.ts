import { createExecutor } from '../../src/application/execute.js';
import { createLookups } from '../../src/application/lookups.js';
import type { Parts } from '../../src/application/parts.js';
import { systemClock } from '../../src/platform/clock.js';
import { newId } from '../../src/platform/ids.js';
import type { Links } from '../../src/platform/links.js';
import type { House } from './projection-house.js';

/** What commands and processes work with, over a log and its read models: nothing is waited for, nobody else is there. */
export function partsOf(
  { ledger, db }: Pick<House, 'ledger' | 'db'>,
  { clock = systemClock, ...changes }: Partial<Parts> = {},
): Parts {
  return {
    executor: createExecutor({ ledger, clock, newId }),
    ledger,
    clock,
    newId,
    readDb: db,
    lookups: createLookups(db),
    settled: async () => undefined,
    keysListed: async () => undefined,
    links: noLinks,
    everywhere: () => Promise.resolve([]),
    sendsMail: false,
    teamsTopUp: false,
    ...changes,
  };
}

/** For what sends no mails. */
const noLinks: Links = {
  proofOf: () => Buffer.alloc(32),
  tokenOf: (secretId) => secretId,
  keep: () => Promise.reject(new Error('There is no place for secrets here.')),
  find: () => Promise.resolve(undefined),
  forget: () => Promise.resolve(),
  sweep: () => Promise.resolve(),
};
