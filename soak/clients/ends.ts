import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../chance.js';
import type { Tally } from '../promises.js';
import { type Measured, startStopwatch } from '../stopwatch.js';
import type { Weather } from '../weather.js';
import type { Answer, Outcome } from './http.js';
import { idIn } from './teams.js';

/** What a client that has just ended something has at hand. */
interface Ending {
  readonly chance: Chance;
  readonly tally: Tally;
  readonly weather: Weather;
  readonly ports: readonly number[];
  /** Index of the process that acknowledged. */
  readonly at: number;
  readonly peers: (at: number) => readonly number[];
  readonly onElsewhere: (measured: Measured) => void;
  isAllowed(secret: string, at: number): Promise<boolean | undefined>;
}

const elsewhereMaxMilliseconds = 1_000;
const elsewherePatienceMilliseconds = 2_500;
/** How often the other process is asked, too. */
const elsewhereProbability = 0.3;

/** What has ended is refused from the next request on here, and within moments elsewhere. */
export async function checkEnd(ending: Ending, secret: string): Promise<void> {
  const { tally, weather, chance, at, ports, peers, isAllowed } = ending;
  const mark = weather.mark();
  const other = (at + 1) % ports.length;
  const isAskedElsewhere = chance.coin(elsewhereProbability) && mark !== undefined;
  const stop = isAskedElsewhere ? startStopwatch(() => peers(other)) : undefined;
  const allowed = await isAllowed(secret, at);
  if (allowed !== undefined) {
    tally.check('revoked', !allowed, () => `VALID after its end in process ${at}, which acknowledged it`);
  }
  if (!stop) return;
  const deadline = performance.now() + elsewherePatienceMilliseconds;
  while ((await isAllowed(secret, other)) !== false && performance.now() < deadline) await sleep(2);
  // In bad weather nobody promised anything.
  if (weather.mark() !== mark) return;
  const measured = stop();
  ending.onElsewhere(measured);
  const words = () => `VALID for ${Math.round(measured.elapsedMilliseconds)} ms`;
  tally.check('elsewhere', measured.ownMilliseconds <= elsewhereMaxMilliseconds, words);
}

/** A repeat with the same Idempotency-Key is answered as the first time, or not at all. */
export function checkRepeat(tally: Tally, kind: string, first: Answer, outcome: Outcome): void {
  if (outcome.kind !== 'done') return;
  const { status, headers, body } = outcome.answer;
  const subject = 'token' in first.body ? 'token' : 'key';
  const isSame =
    status === first.status &&
    headers['compass-position'] === first.headers['compass-position'] &&
    idIn(body, subject) === idIn(first.body, subject);
  tally.check('once', isSame, () => `a repeated ${kind} was answered otherwise than the first time`);
}
