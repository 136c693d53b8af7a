import { livePositions } from '../../projections/runner/checkpoint.js';
import type { Config } from '../../src/config/config.js';
import type { DomainEvent } from '../../src/domain/recorded.js';
import type { Ledger } from '../../src/event-store/ledger.js';
import { comparePositions } from '../../src/event-store/port.js';
import { openInstallation } from '../../src/installation.js';
import { newId } from '../../src/platform/ids.js';
import { createLog } from '../../src/platform/log.js';
import { eventually } from './eventually.js';

/**
 * Writes to a team's stream what no call of the API makes yet, such as a second project or a member of
 * another role, as a process beside the service would.
 */
export function appendToTeam(config: Config, teamId: string, event: DomainEvent): Promise<void> {
  return appendBeside(config, teamId, `team-${teamId}`, event);
}

/**
 * Writes to any stream of a team what a process beside the service might, at any moment, and waits until the service's
 * lists and readings have it, as they have what the service has written itself.
 */
export async function appendBeside(
  config: Config,
  teamId: string,
  stream: string,
  event: DomainEvent,
): Promise<void> {
  const { ledger, readDb, close } = await openInstallation({
    config,
    log: createLog({ level: 'silent' }),
    as: 'tool',
  });
  const metadata = {
    recordedAt: new Date().toISOString(),
    actor: { type: 'process', id: 'test' },
    teamId,
    correlationId: newId(),
    commandId: newId(),
  } as const;
  const events = [{ id: newId(), event, metadata }];
  let stored = await ledger.append(stream, await revisionOf(ledger, stream), events);
  // The service or another test may have written in between.
  while (!stored.ok) stored = await ledger.append(stream, await revisionOf(ledger, stream), events);
  const { position } = stored;
  await eventually('the read models', async () => {
    const reached = await livePositions(readDb);
    return [...reached.values()].every((one) => comparePositions(one, position) >= 0);
  });
  await close();
}

async function revisionOf(ledger: Ledger, stream: string): Promise<number> {
  let revision = 0;
  for await (const recorded of ledger.readStream(stream)) revision = recorded.revision;
  return revision;
}
