import { loadConfig } from '../../src/config/config.js';
import type { Recorded } from '../../src/domain/recorded.js';
import { type Position, start } from '../../src/event-store/port.js';
import { type Installation, openInstallation } from '../../src/installation.js';
import { createLog } from '../../src/platform/log.js';

/** The log and its read models, opened beside the services. */
export type Opened = Pick<Installation, 'ledger' | 'workDb'>;

/** @param settings the environment of a service on the same database */
export async function withInstallation<T>(
  settings: Readonly<Record<string, string>>,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const log = createLog({ level: 'silent' });
  const installation = await openInstallation({ config: loadConfig(settings), log, as: 'tool' });
  try {
    return await use(installation);
  } finally {
    await installation.close();
  }
}

/** The events from after one position up to another, both of which are there. */
export async function* eventsBetween(
  { ledger }: Opened,
  after: string,
  upTo: string,
): AsyncIterable<Recorded> {
  if (BigInt(after) >= BigInt(upTo)) return;
  const { signal } = new AbortController();
  for await (const { events } of ledger.follow({ after: after as Position, signal })) {
    for (const recorded of events) {
      yield recorded;
      if (recorded.position === upTo) return;
    }
  }
}

export const beginning: string = start;
