import { setTimeout as sleep } from 'node:timers/promises';
import { type Chance, chanceOf } from '../chance.js';
import type { Tally } from '../promises.js';
import type { Measured } from '../stopwatch.js';
import type { Weather } from '../weather.js';
import { checkEnd, checkRepeat } from './ends.js';
import { type HeldKey, heldKey, isGood, type ShownSecret, secretsOf } from './held-keys.js';
import { type Answer, createHttp, type Http, type Outcome } from './http.js';
import { look } from './looks.js';
import { type Operations, requestIdOf } from './operations.js';
import { idIn, type Team } from './teams.js';
import { changeToken } from './token-writes.js';
import type { Turnstile } from './turnstile.js';
import * as writes from './writes.js';

/** What all clients share. */
export interface Surroundings {
  readonly seed: number;
  readonly teams: readonly Team[];
  /** Where the processes are reached. */
  readonly ports: readonly number[];
  readonly tally: Tally;
  readonly operations: Operations;
  readonly turnstile: Turnstile;
  readonly weather: Weather;
  /** Every secret that was shown, for a check of all of them. */
  readonly shown: ShownSecret[];
  /** The clients' process and one of those that they ask. */
  readonly peers: (at: number) => readonly number[];
  /** Told how long the other process took to refuse what had ended. */
  readonly onElsewhere: (measured: Measured) => void;
}

const keysMax = 24;
const endedMax = 10;
const triesMax = 4;

/**
 * One client with keys of its own, which it alone changes, so that it knows what must be true of them. Which
 * commands it sends, and in which order, follows from the seed; what they meet does not.
 */
export async function runClient(number: number, around: Surroundings, signal: AbortSignal): Promise<void> {
  const { tally, operations, shown, turnstile } = around;
  const teamNumber = number % around.teams.length;
  const team = around.teams[teamNumber];
  if (!team) throw new RangeError('There is no team.');
  const https = around.ports.map((port) => patient(createHttp(port)));
  const home = number % https.length;
  const live: HeldKey[] = [];
  const ended: HeldKey[] = [];

  function headersOf(as: 'session' | 'bearer', at: number) {
    return as === 'session' ? team?.session(around.ports[at] ?? 0) : team?.bearer;
  }

  function forget(key: HeldKey): void {
    for (const list of [live, ended]) if (list.includes(key)) list.splice(list.indexOf(key), 1);
  }

  /** Sends a request, and where that is safe again until its outcome is known. */
  async function settle(ask: (attempt: number) => Promise<Outcome>, isSafe: boolean) {
    let outcome = await ask(1);
    for (let attempt = 2; isSafe && outcome.kind === 'unknown' && attempt <= triesMax; attempt++) {
      await sleep(250, undefined, { signal }).catch(() => undefined);
      outcome = await ask(attempt);
      // What a later try is refused for says nothing of the first.
      if (outcome.kind === 'refused') return { kind: 'unknown', why: outcome.code } as const;
    }
    return outcome;
  }

  async function write(id: string, write: writes.Write, chance: Chance, at: number): Promise<void> {
    const { key, makes, refusedAs } = write;
    const http = https[at];
    if (!http) return;
    const operation = operations.begin(id, write.kind, [makes.toSorted()]);
    const isSafe = write.method === 'POST' && chance.coin(0.5);
    const ask = (attempt: number) =>
      http.send({
        ...write,
        headers: {
          ...headersOf(write.as, at),
          'x-request-id': requestIdOf(id, attempt),
          ...(isSafe && { 'idempotency-key': id }),
          ...(write.expectedRevision !== undefined && { 'if-match': `"${write.expectedRevision}"` }),
        },
      });
    const outcome = await settle(ask, isSafe);
    const isExpected =
      outcome.kind === 'refused'
        ? outcome.status === 503 || outcome.code === refusedAs
        : outcome.kind !== 'wrong' && (outcome.kind !== 'done' || refusedAs === undefined);
    tally.check('answers', isExpected, () => `${write.kind} ${id}: ${JSON.stringify(outcome).slice(0, 400)}`);
    operation.outcome = outcome.kind === 'wrong' ? 'unknown' : outcome.kind;
    if (outcome.kind === 'refused') return;
    if (outcome.kind !== 'done') {
      if (key) forget(key);
      await sleep(20);
      return;
    }
    const { answer } = outcome;
    const wasGood = key && isGood(key);
    const secretsBefore = key && secretsOf(key);
    const deadBefore = key?.deadSecrets.length ?? 0;
    write.learn(answer);
    const keyId = key?.id ?? idIn(answer.body, 'key');
    operation.receipt = { keyId, position: String(answer.headers['compass-position']) };
    if (key) {
      key.revision += makes.length;
      key.knownBy = at;
      const news = secretsOf(key).filter((secret) => !secretsBefore?.includes(secret));
      shown.push(...news.map((secret) => ({ secret, team: teamNumber })));
      const dead = !isGood(key) && wasGood ? secretsOf(key).at(-1) : key.deadSecrets.at(deadBefore);
      if (dead !== undefined) await checkEnd({ ...around, isAllowed, chance, at }, dead);
    }
    if (isSafe && chance.coin(0.3)) checkRepeat(tally, write.kind, answer, await ask(triesMax + 1));
  }

  /** Whether a process says that a secret is good; undefined when it says nothing. */
  async function isAllowed(secret: string, at: number): Promise<boolean | undefined> {
    const headers = headersOf('bearer', at) ?? {};
    const asked = { method: 'POST', path: '/v1/verify', headers, body: { key: secret } };
    const outcome = await https[at]?.send(asked);
    return outcome?.kind === 'done' ? outcome.answer.body.allowed === true : undefined;
  }

  function keep(answer: Answer, resourceIds: readonly string[], isOwners: boolean, at: number): void {
    const secret = String(answer.body.secret);
    shown.push({ secret, team: teamNumber });
    const revision = Number(/\d+/.exec(String(answer.headers.etag))?.[0] ?? 0);
    live.push(heldKey(idIn(answer.body, 'key'), secret, { revision, resourceIds, isOwners, knownBy: at }));
  }

  async function step(id: string, chance: Chance): Promise<void> {
    const at = chance.coin(0.9) ? home : (home + 1) % https.length;
    const draw = chance.below(100);
    const alive = live.filter((key) => !key.isRevoked);
    if (alive.length < 3 || (draw < 18 && live.length < keysMax)) {
      const made = writes.create(id, team?.resourceIds ?? [], chance, (...made) => keep(...made, at));
      return write(id, made, chance, at);
    }
    const key = chance.pick(alive);
    if (draw < 28) return write(id, writes.patch(key, id, chance), chance, at);
    if (draw < 36) return write(id, writes.changeStatus(key, chance), chance, at);
    if (draw < 46) return write(id, writes.rotate(key, chance), chance, at);
    if (draw < 52) return write(id, writes.assign(key, team?.resourceIds ?? [], chance), chance, at);
    if (draw < 60) return write(id, writes.revoke(key, chance), chance, at);
    if (draw < 68 || live.length >= keysMax) {
      const any = live.find((one) => one.isRevoked) ?? key;
      await write(id, writes.remove(any, chance), chance, at);
      if (any.isDeleted) {
        forget(any);
        ended.push(any);
        if (ended.length > endedMax) ended.shift();
      }
      return;
    }
    if (draw < 71) return write(id, writes.mistake(chance.pick(live), id, chance), chance, at);
    if (draw < 79 && key.isOwners) return write(id, changeToken(key, chance), chance, at);
    await look({ chance, tally, http: https[at], at, live, ended, headersOf, isAllowed });
  }

  for (let command = 1; !signal.aborted; command++) {
    const leave = await turnstile.pass();
    try {
      if (!signal.aborted) {
        const id = `s${number}-${command}`;
        await step(id, chanceOf(around.seed, `client ${number} command ${command}`));
      }
    } finally {
      leave();
    }
    await sleep(5);
  }
  for (const http of https) http.close();
}

const awayMilliseconds = 100;

/** Whoever is away does not come back any faster for being asked all the time. */
function patient(http: Http): Http {
  return {
    ...http,
    async send(asked) {
      const outcome = await http.send(asked);
      const isAway = outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.status === 503);
      if (isAway) await sleep(awayMilliseconds);
      return outcome;
    },
  };
}
