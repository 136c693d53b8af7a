import { keyDecider, teamDecider } from '../src/application/deciders.js';
import { makeSecret } from '../src/application/secrets.js';
import { secretPrefixes } from '../src/domain/access/secret.js';
import type { Decision } from '../src/domain/decision.js';
import type { CreateKey } from '../src/domain/key/commands.js';
import { keyStream } from '../src/domain/key/events.js';
import type { DomainEvent } from '../src/domain/recorded.js';
import { teamStream } from '../src/domain/team/events.js';
import type { Ledger } from '../src/event-store/ledger.js';
import { newId } from '../src/platform/ids.js';

/** A team with many keys, and what only its creator knows of them. */
export interface Population {
  readonly teamId: string;
  readonly projectId: string;
  /** Secret of a key that may verify all others. */
  readonly gateway: string;
  readonly keys: readonly { readonly keyId: string; readonly secret: string }[];
}

const underWayMax = 2_000;

/** Writes a team with so many keys into the log, as the deciders of the product decide it. */
export async function populate(ledger: Ledger, keysCount: number): Promise<Population> {
  const [teamId, projectId, ownerId] = [newId(), newId(), newId()];
  const at = new Date().toISOString();

  async function write(stream: string, decision: Decision<DomainEvent>): Promise<void> {
    if (!decision.ok) throw new Error(`Refused: ${decision.refusal.code}`);
    const commandId = newId();
    const actor = { type: 'user', id: ownerId } as const;
    const metadata = { recordedAt: at, actor, teamId, correlationId: commandId, commandId };
    const result = await ledger.append(
      stream,
      0,
      decision.events.map((event) => ({ id: newId(), event, metadata })),
    );
    if (!result.ok) throw new Error(`${stream} was there already.`);
  }

  async function create(given: Pick<CreateKey, 'role' | 'scopes'>) {
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
      creatorId: ownerId,
      at,
    };
    await write(keyStream(keyId), keyDecider.decide(command, undefined));
    return { keyId, secret };
  }

  const name = 'Benchmark';
  const membershipId = newId();
  await write(
    teamStream(teamId),
    teamDecider.decide({ type: 'FoundTeam', teamId, name, ownerId, membershipId, projectId, at }, undefined),
  );
  const gateway = (await create({ role: 'admin', scopes: ['verify'] })).secret;
  const keys: Awaited<ReturnType<typeof create>>[] = [];
  while (keys.length < keysCount) {
    const length = Math.min(underWayMax, keysCount - keys.length);
    const wave = Array.from({ length }, () => create({ role: 'member', scopes: ['project', 'inference'] }));
    keys.push(...(await Promise.all(wave)));
  }
  return { teamId, projectId, gateway, keys };
}
