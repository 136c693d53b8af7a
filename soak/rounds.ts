import { setTimeout as sleep } from 'node:timers/promises';
import { type Chance, chanceOf } from './chance.js';
import { type Asked, createHttp, type Http } from './clients/http.js';
import { idIn, type Team } from './clients/teams.js';
import type { Tally } from './promises.js';
import { type Measured, percentile, startStopwatch } from './stopwatch.js';
import type { World } from './world.js';

interface Options {
  readonly seed: number;
  readonly rounds: number;
  /** Rounds at once. */
  readonly clients: number;
  readonly tally: Tally;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

const patienceMilliseconds = 5_000;
const p99MaxMilliseconds = 250;
const toldEvery = 1_000;

/**
 * Rounds in which a key is made, found good by both processes, revoked through one of them, and asked about in both at
 * once: here the first answer must be no, and how long the other one still says yes is measured.
 * @returns those times, from the acknowledgement on
 */
export async function runRounds(world: World, options: Options): Promise<Measured[]> {
  const { rounds, clients, tally, tell, signal } = options;
  const delays: Measured[] = [];
  let begunCount = 0;

  async function work(): Promise<void> {
    const https = world.fronts.map(({ port }) => createHttp(port));
    while (begunCount < rounds && !signal.aborted) {
      begunCount += 1;
      const delay = await playRound(world, https, chanceOf(options.seed, `round ${begunCount}`), tally);
      if (!delay) continue;
      delays.push(delay);
      if (delays.length % toldEvery === 0) tell(`${String(delays.length).padStart(7)} of ${rounds} rounds`);
    }
    for (const http of https) http.close();
  }

  await Promise.all(Array.from({ length: clients }, work));
  const own = delays.map(({ ownMilliseconds }) => ownMilliseconds);
  const p99 = Math.round(percentile(own, 0.99));
  tally.check('elsewhere', p99 <= p99MaxMilliseconds, () => `the 99th of a hundred took ${p99} ms`);
  return delays;
}

/** @returns undefined when it could not be played, of which the tally knows */
async function playRound(
  { teams, peers }: World,
  https: readonly Http[],
  chance: Chance,
  tally: Tally,
): Promise<Measured | undefined> {
  const team = chance.pick(teams);
  const at = chance.below(https.length);
  const other = (at + 1) % https.length;
  const [here, there] = [https[at], https[other]];
  if (!here || !there) return undefined;
  const make = { method: 'POST', path: '/v1/keys', body: {} };
  const made = await mustDo(here, team, make, tally);
  if (!made) return undefined;
  const secret = String(made.secret);
  const isKnown = (await until(true, there, team, secret)) && (await until(true, here, team, secret));
  tally.check('verdicts', isKnown, () => 'a new key is not good in both processes');
  const revoke = { method: 'POST', path: `/v1/keys/${idIn(made, 'key')}/revoke`, body: {} };
  if (!isKnown || !(await mustDo(here, team, revoke, tally))) return undefined;
  const stop = startStopwatch(() => peers(other));
  const elsewhere = until(false, there, team, secret).then((isRefused) => ({ isRefused, measured: stop() }));
  const allowed = await isAllowed(here, team, secret);
  tally.check('answers', allowed !== undefined, () => 'no verdict where the revocation was acknowledged');
  if (allowed !== undefined) tally.check('revoked', !allowed, () => 'VALID after its acknowledged end');
  const { isRefused, measured } = await elsewhere;
  tally.check('elsewhere', isRefused, () => `not refused within ${patienceMilliseconds} ms`);
  return measured;
}

async function mustDo(http: Http, { bearer }: Team, asked: Omit<Asked, 'headers'>, tally: Tally) {
  const outcome = await http.send({ ...asked, headers: bearer });
  const isDone = outcome.kind === 'done';
  tally.check('answers', isDone, () => `${asked.path}: ${JSON.stringify(outcome).slice(0, 400)}`);
  return isDone ? outcome.answer.body : undefined;
}

/** Asks until a process says so. @returns false when it does not in time */
async function until(wanted: boolean, http: Http, team: Team, secret: string): Promise<boolean> {
  const deadline = performance.now() + patienceMilliseconds;
  while (performance.now() < deadline) {
    if ((await isAllowed(http, team, secret)) === wanted) return true;
    await sleep(2);
  }
  return false;
}

/** Undefined when there is no verdict. */
async function isAllowed(http: Http, { bearer }: Team, secret: string): Promise<boolean | undefined> {
  const asked = { method: 'POST', path: '/v1/verify', headers: bearer, body: { key: secret } };
  const outcome = await http.send(asked);
  return outcome.kind === 'done' ? outcome.answer.body.allowed === true : undefined;
}
