import type { ShownSecret } from '../clients/held-keys.js';
import type { Operations } from '../clients/operations.js';
import type { Team } from '../clients/teams.js';
import type { Tally } from '../promises.js';
import { createHistory } from './history.js';
import { createLogFold } from './log-fold.js';
import { beginning, eventsBetween, type Opened, withInstallation } from './log-reader.js';
import { createOracle } from './oracle.js';
import { atHead } from './snapshot.js';
import { checkVerdicts } from './verdicts.js';

/** Compares everything with the log, as far as it has come since the last time. */
export interface Checker {
  /** To be called while no client is in the midst of a command and all processes serve. */
  check(): Promise<void>;
  /** How far it has read. */
  position(): string;
}

interface Options {
  /** Environment of a process on the same database; asked anew for each check. */
  readonly settings: () => Readonly<Record<string, string>>;
  readonly operations: Operations;
  readonly shown: ShownSecret[];
  readonly teams: readonly Team[];
  readonly ports: readonly number[];
  readonly tally: Tally;
}

/** Secrets that are asked about in one check: the newest. */
const askedMax = 1_000;

export function createChecker({ settings, operations, shown, teams, ports, tally }: Options): Checker {
  const fold = createLogFold();
  const oracle = createOracle();
  const history = createHistory(operations, tally);

  /** @returns false when the log is not any more what it was */
  async function readOn(opened: Opened, head: string): Promise<boolean> {
    const last = history.last();
    let after = beginning;
    if (last) {
      after = last.position;
      if (!(await isStillThere(opened, last, head))) {
        tally.check('kept', false, () => `the log has lost what stood at ${last.position}`);
        return false;
      }
    }
    for await (const recorded of eventsBetween(opened, after, head)) {
      fold.apply(recorded);
      oracle.apply(recorded);
      history.apply(recorded);
    }
    return true;
  }

  async function isStillThere(opened: Opened, last: { id: string; position: string }, head: string) {
    if (BigInt(last.position) > BigInt(head)) return false;
    const before = String(BigInt(last.position) - 1n);
    for await (const recorded of eventsBetween(opened, before, last.position)) return recorded.id === last.id;
    return false;
  }

  return {
    position: () => history.last()?.position ?? beginning,
    check: () =>
      withInstallation(settings(), async (opened) => {
        const looked = await atHead(opened, async (snapshot) =>
          (await readOn(opened, snapshot.head)) ? fold.differences(snapshot) : undefined,
        );
        const words = 'failure' in looked ? looked.failure : '';
        const isAtHead = 'seen' in looked;
        tally.check('models', isAtHead, () => `the read models do not reach the end of the log: ${words}`);
        if (!isAtHead || !looked.seen) return;
        history.settle();
        for (const difference of looked.seen) {
          tally.check('models', difference === undefined, () => difference?.slice(0, 1_500) ?? '');
        }
        shown.splice(0, Math.max(0, shown.length - askedMax));
        await checkVerdicts({ shown, teams, ports, oracle, tally });
      }),
  };
}
