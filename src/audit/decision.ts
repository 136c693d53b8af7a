import type { KeyRow } from '../../projections/keys/table.js';
import { freeServices } from '../../projections/services/queries.js';
import { cutAt, foldPast, type HadHappened, maySeePast } from '../application/key/past.js';
import type { Parts } from '../application/parts.js';
import type { Principal } from '../application/principal.js';
import { done, type Result, refuse } from '../application/result.js';
import { keyStream } from '../domain/key/events.js';
import { profileStream } from '../domain/profile/events.js';
import type { Recorded } from '../domain/recorded.js';
import { resourceStream } from '../domain/resource/events.js';
import { serviceStream } from '../domain/service/events.js';
import { teamStream } from '../domain/team/events.js';
import { walletStream } from '../domain/wallet/events.js';
import type { Ledger } from '../event-store/ledger.js';

/**
 * What had happened by an instant to a key and to all that a verdict on it rests on, each stream in its order; nothing
 * when there was no such key then.
 * @param at ISO instant that has come
 */
export async function eventsBehind(
  parts: Parts,
  principal: Principal,
  keyId: string,
  at: string,
): Promise<Result<readonly Recorded[]>> {
  if (at > parts.clock.now().toISOString()) return refuse('past.not_yet', 'at');
  const { hadHappened } = await cutAt(parts, at);
  const past = await foldPast(parts, keyId, hadHappened);
  const mayKnow = maySeePast(principal, 'keys.history', past);
  if (!mayKnow.ok) return mayKnow;
  if (!past.then) return done([]);
  const { ledger } = parts;
  const streams = [...streamsBehind(past.then), ...(await freeStreams(parts, past.then, at))];
  const [events, wallets] = await Promise.all([
    Promise.all(streams.map((stream) => eventsUntil(ledger, stream, hadHappened))),
    Promise.all(walletsOf(past.then).map((stream) => balanceEvents(ledger, stream, hadHappened))),
  ]);
  return done([...events, ...wallets].flat());
}

function streamsBehind({ id, teamId, resourceIds, services, biasProfileId }: KeyRow): string[] {
  return [
    keyStream(id),
    teamStream(teamId),
    ...resourceIds.map(resourceStream),
    ...services.map(({ serviceId }) => serviceStream(serviceId)),
    ...(biasProfileId === null ? [] : [profileStream(biasProfileId)]),
  ];
}

/** What the free key has follows from the catalogue. */
async function freeStreams({ readDb }: Parts, { tier }: KeyRow, at: string): Promise<string[]> {
  if (tier !== 'free') return [];
  return (await freeServices(readDb, at)).map(({ id }) => serviceStream(id));
}

function walletsOf({ services }: KeyRow): string[] {
  return [
    ...new Set(services.flatMap(({ walletId }) => (walletId === null ? [] : [walletStream(walletId)]))),
  ];
}

/** Of one stream, what comes after an event that had not happened, had not either. */
async function eventsUntil(ledger: Ledger, stream: string, hadHappened: HadHappened): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const recorded of ledger.readStream(stream)) {
    if (!hadHappened(recorded)) break;
    events.push(recorded);
  }
  return events;
}

/** A wallet's stream is long: its first event opens it, and the last by then tells what is in it. */
async function balanceEvents(ledger: Ledger, stream: string, hadHappened: HadHappened): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const opened of ledger.readStream(stream, { limit: 1 })) events.push(opened);
  for await (const recorded of ledger.readStream(stream, { backwards: true })) {
    if (!hadHappened(recorded)) continue;
    events.push(recorded);
    break;
  }
  return events;
}
