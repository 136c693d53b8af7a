import { operatorKeyRows } from '../../projections/keys/operators.js';
import type { CommandContext } from '../application/context.js';
import { keyDecider } from '../application/deciders.js';
import { createExecutor, type Executor } from '../application/execute.js';
import { dayMilliseconds, lifetimeMaxDays } from '../application/key/expiry.js';
import { onlyWithRightClock } from '../application/right-clock.js';
import { makeSecret } from '../application/secrets.js';
import type { Config } from '../config/config.js';
import { secretPrefixes } from '../domain/access/secret.js';
import type { KeyCommand } from '../domain/key/commands.js';
import { keyStream } from '../domain/key/events.js';
import { type KeyStatus, keyStatus } from '../domain/key/status.js';
import { isOperatorKey, platformId } from '../domain/platform.js';
import { refusals } from '../domain/refusals.js';
import { faultOf } from '../domain/text.js';
import type { Position } from '../event-store/port.js';
import { type Installation, openInstallation } from '../installation.js';
import { systemClock } from '../platform/clock.js';
import { createClockCheck } from '../platform/clock-check.js';
import { newId } from '../platform/ids.js';
import type { Log } from '../platform/log.js';

export const operatorKeyDefaultDays = 90;

/** An operator key as the terminal shows it. Instants are ISO. */
export interface OperatorKey {
  readonly id: string;
  readonly status: KeyStatus;
  readonly maskedSecret: string;
  readonly expiresAt: string;
  /** Why it was issued. */
  readonly reason: string;
}

export interface IssuedKey {
  readonly id: string;
  /** In clear text: shown once, stored nowhere. */
  readonly secret: string;
  readonly expiresAt: string;
  readonly position: Position;
}

/** @throws Error in words when it cannot be issued */
export async function issueOperatorKey(
  config: Config,
  log: Log,
  { reason, expiresInDays }: { readonly reason: string; readonly expiresInDays: number },
): Promise<IssuedKey> {
  if (!Number.isInteger(expiresInDays) || expiresInDays < 1 || expiresInDays > lifetimeMaxDays) {
    throw new Error(`An operator key expires in 1 to ${lifetimeMaxDays} days.`);
  }
  const { secret, record } = makeSecret(secretPrefixes.operator);
  const keyId = newId();
  const now = systemClock.now();
  const expiresAt = new Date(now.getTime() + expiresInDays * dayMilliseconds).toISOString();
  const position = await beside(config, log, (installation) =>
    run(installation, keyId, reason, {
      type: 'CreateKey',
      keyId,
      teamId: platformId,
      projectId: platformId,
      keyType: 'service_account',
      tier: 'paid',
      role: 'admin',
      // What operators may do stands in the table of rights; as a key it can do nothing.
      scopes: [],
      expiresAt,
      secret: record,
      at: now.toISOString(),
    }),
  );
  return { id: keyId, secret, expiresAt, position };
}

/** Newest first, as the read models know them. */
export async function listOperatorKeys(config: Config, log: Log): Promise<OperatorKey[]> {
  const at = systemClock.now().toISOString();
  return beside(config, log, async ({ readDb, ledger }) => {
    const rows = await operatorKeyRows(readDb);
    return Promise.all(
      rows.map(async (row) => {
        let reason = '';
        for await (const { metadata } of ledger.readStream(keyStream(row.id), { limit: 1 })) {
          reason = metadata.reason ?? '';
        }
        const { id, maskedSecret, expiresAt } = row;
        return { id, status: keyStatus(row, at), maskedSecret, expiresAt: expiresAt ?? '', reason };
      }),
    );
  });
}

/** @throws Error in words when there is no such operator key */
export async function revokeOperatorKey(
  config: Config,
  log: Log,
  { keyId, reason }: { readonly keyId: string; readonly reason: string },
): Promise<Position> {
  return beside(config, log, async (installation) => {
    const { state } = await executorOf(installation).load(keyDecider, keyStream(keyId));
    if (!state || !isOperatorKey(state)) throw new Error(`There is no operator key ${keyId}.`);
    const at = systemClock.now().toISOString();
    return run(installation, keyId, reason, { type: 'RevokeKey', reason: 'unspecified', at });
  });
}

async function beside<T>(
  config: Config,
  log: Log,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation({ config, log, as: 'tool' });
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}

function executorOf({ ledger }: Pick<Installation, 'ledger'>): Executor {
  return createExecutor({ ledger, clock: systemClock, newId });
}

/** @throws Error in words when it is refused, ClockWrong when this clock is too far from the database's */
async function run(
  installation: Installation,
  keyId: string,
  reason: string,
  command: KeyCommand,
): Promise<Position> {
  if (reason.trim() === '') throw new Error('Say why: the log keeps it.');
  const fault = faultOf({ reason });
  if (fault) throw new Error(refusals[fault.code]);
  const clockCheck = createClockCheck({ db: installation.readDb, clock: systemClock, warn: () => undefined });
  await clockCheck.measure();
  const executor = onlyWithRightClock(executorOf(installation), clockCheck.isWrong);
  const outcome = await executor.execute({
    decider: keyDecider,
    stream: keyStream(keyId),
    command,
    context: contextOf(reason),
  });
  if (outcome.ok) return outcome.position;
  throw new Error('refusal' in outcome ? refusals[outcome.refusal.code] : 'Somebody else changed it.');
}

function contextOf(reason: string): CommandContext {
  const commandId = newId();
  return {
    actor: { type: 'operator', id: 'command-line' },
    teamId: platformId,
    commandId,
    correlationId: commandId,
    reason,
  };
}
