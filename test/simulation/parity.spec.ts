import fc from 'fast-check';
import { readModels } from '../../projections/models.js';
import { rebuild } from '../../projections/runner/rebuild.js';
import type { Ledger, LedgerBatch } from '../../src/event-store/ledger.js';
import type { Position } from '../../src/event-store/port.js';
import { createTeller, type Happening, histories } from '../support/projection-histories.js';
import { expectParity, type House, openHouse, settle } from '../support/projection-house.js';

/** What fast-check prints when it finds something: put it here, with its path, to see it again. */
const seed = Date.now();

/** How a log may hand out its events: in pieces of these sizes, each beginning with some of the piece before. */
interface Cuts {
  readonly sizes: readonly number[];
  readonly repeated: number;
}

const cuts: fc.Arbitrary<Cuts> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
  repeated: fc.nat({ max: 3 }),
});

function cutting(ledger: Ledger, { sizes, repeated }: Cuts): Ledger {
  function* pieces({ events, position, caughtUp }: LedgerBatch): Iterable<LedgerBatch> {
    let from = 0;
    for (let n = 0; from < events.length; n++) {
      const to = Math.min(from + (sizes[n % sizes.length] ?? 1), events.length);
      const piece = events.slice(Math.max(0, from - repeated), to);
      const last = (events[to - 1]?.position ?? position) as Position;
      yield { events: piece, position: last, caughtUp: caughtUp && to === events.length };
      from = to;
    }
    if (events.length === 0) yield { events, position, caughtUp };
  }
  return {
    ...ledger,
    async *follow(options) {
      for await (const batch of ledger.follow(options)) yield* pieces(batch);
    },
  };
}

/** Breaks off at the n-th moment it is asked, for every n given. */
function striking(strikes: readonly number[]) {
  let moment = 0;
  return {
    async hit(name: string): Promise<void> {
      moment += 1;
      if (strikes.includes(moment)) throw new Error(`struck at ${name}`);
    },
  };
}

async function tell(house: House, history: readonly Happening[]): Promise<void> {
  const teller = createTeller(house.append);
  for (const happening of history) await teller(happening);
}

/** One house for each history that is tried. */
async function inHouse(visit: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse();
  try {
    await visit(house);
  } finally {
    await house.close();
  }
}

describe('for any history, what queries see is a fold of the log', () => {
  const runs = { seed, numRuns: 12, endOnFailure: true };

  it('while it happens, and when it is followed afterwards in any pieces, some of them twice', () =>
    fc.assert(
      fc.asyncProperty(histories(40), cuts, (history, cut) =>
        inHouse(async (house) => {
          const teller = createTeller(house.append);
          const half = Math.ceil(history.length / 2);
          for (const happening of history.slice(0, half)) await teller(happening);
          const runner = house.runner({ ledger: cutting(house.ledger, cut) });
          await runner.start();
          for (const happening of history.slice(half)) await teller(happening);
          await settle(house, runner);
          await expectParity(house);
        }),
      ),
      runs,
    ));

  it('when it breaks off before the rows, before the commit and after it', () =>
    fc.assert(
      fc.asyncProperty(
        histories(40),
        cuts,
        fc.uniqueArray(fc.integer({ min: 1, max: 90 }), { maxLength: 12 }),
        (history, cut, strikes) =>
          inHouse(async (house) => {
            const failPoints = striking(strikes);
            const ledger = cutting(house.ledger, cut);
            const runners = [house.runner({ ledger, failPoints }), house.runner({ ledger, failPoints })];
            await Promise.all(runners.map((runner) => runner.start()));
            await tell(house, history);
            await Promise.all(runners.map((runner) => settle(house, runner)));
            await expectParity(house);
          }),
      ),
      runs,
    ));

  it('when it is made anew', () =>
    fc.assert(
      fc.asyncProperty(histories(40), cuts, (history, cut) =>
        inHouse(async (house) => {
          const runner = house.runner();
          await runner.start();
          const ledger = cutting(house.ledger, cut);
          const telling = tell(house, history);
          const { db, url: connectionString } = house;
          await Promise.all(readModels.map((model) => rebuild({ db, ledger, connectionString, model })));
          await telling;
          await settle(house, runner);
          await expectParity(house);
        }),
      ),
      runs,
    ));
});
