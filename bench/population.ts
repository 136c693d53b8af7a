import { keyDecider, teamDecider } from '../src/application/deciders.js';
import { makeSecret } from '../src/application/secrets.js';
import { secretPrefixes } from '../src/domain/access/secret.js';
import type { Decision } from '../src/domain/decision.js';
import type { CreateKey } from '../src/domain/key/commands.js';
import { keyStream } from '../src/domain/key/events.js';
import type { DomainEvent } from '../src/domain/recorded.js';
import { teamStream } from '../src/domain/team/events.js';
import type { NewEvent } from '../src/event-store/ledger.js';
import { newId } from '../src/platform/ids.js';

/** A team with many keys, and what only its creator knows of them. */
export interface Population {
  readonly teamId: string;
  readonly projectId: string;
  /** Secret of a key that may verify all others. */
  readonly gateway: string;
  /** Secret of a key that may manage all others. */
  readonly manager: string;
  readonly keys: readonly { readonly keyId: string; readonly secret: string }[];
}

export interface PopulationOptions {
  /** A user is assigned to what it makes, which is a second event; a key is not. Default: a user. */
  readonly madeBy?: 'user' | 'key';
}

/** A stream from its first event on. */
export interface InventedStream {
  readonly stream: string;
  readonly events: readonly NewEvent[];
}

/**
 * Invents a team with so many keys, as the deciders of the product decide it.
 * @returns the population, whose keys are there once all streams were taken
 */
export function inventPopulation(
  keysCount: number,
  { madeBy = 'user' }: PopulationOptions = {},
): {
  readonly population: Population;
  readonly streams: Iterable<InventedStream>;
} {
  const [teamId, projectId, ownerId] = [newId(), newId(), newId()];
  const at = new Date().toISOString();

  function streamOf(stream: string, decision: Decision<DomainEvent>): InventedStream {
    if (!decision.ok) throw new Error(`Refused: ${decision.refusal.code}`);
    const commandId = newId();
    const actor = { type: madeBy, id: ownerId };
    const metadata = { recordedAt: at, actor, teamId, correlationId: commandId, commandId };
    return { stream, events: decision.events.map((event) => ({ id: newId(), event, metadata })) };
  }

  function key(given: Pick<CreateKey, 'role' | 'scopes'>) {
    const keyId = newId();
    const { secret, record } = makeSecret(secretPrefixes.serviceAccount);
    const command: CreateKey = {
      ...given,
      type: 'CreateKey',
      keyId,
      teamId,
      projectId,
      keyType: 'service_account',
      tier: 'paid',
      secret: record,
      ...(madeBy === 'user' && { creatorId: ownerId }),
      at,
    };
    return { keyId, secret, stream: streamOf(keyStream(keyId), keyDecider.decide(command, undefined)) };
  }

  const gateway = key({ role: 'admin', scopes: ['verify'] });
  const manager = key({ role: 'admin', scopes: ['keys', 'project', 'inference'] });
  const keys: { keyId: string; secret: string }[] = [];

  function* streams(): Iterable<InventedStream> {
    const team = { type: 'FoundTeam', teamId, name: 'Benchmark', ownerId, projectId, at } as const;
    const membershipId = newId();
    yield streamOf(teamStream(teamId), teamDecider.decide({ ...team, membershipId }, undefined));
    yield gateway.stream;
    yield manager.stream;
    for (let count = 0; count < keysCount; count++) {
      const { keyId, secret, stream } = key({ role: 'member', scopes: ['project', 'inference'] });
      keys.push({ keyId, secret });
      yield stream;
    }
  }

  const secrets = { gateway: gateway.secret, manager: manager.secret };
  return { population: { teamId, projectId, ...secrets, keys }, streams: streams() };
}
