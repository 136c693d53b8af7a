import type { Checkpoint } from './checkpoint.js';
import type { ReadModel } from './model.js';

/**
 * A model cannot take an event in, and would not another time either. It stays before that event until it
 * is started again, with other code perhaps: going on would leave a hole that nobody sees.
 */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';

  /**
   * @param event where it stands; its contents may be personal
   * @param reason without personal data
   * @param checkpoint everything before the event is applied
   */
  constructor(
    readonly event: { readonly type: string; readonly position: string },
    readonly reason: string,
    readonly checkpoint: Checkpoint,
  ) {
    super(
      `The read model ${checkpoint.model} cannot apply ${event.type} at position ${event.position}: ${reason}`,
    );
  }
}

/** A later version of this program filled the tables; this one would fill them wrongly. */
export class ModelNewer extends Error {
  override readonly name = 'ModelNewer';

  constructor(model: ReadModel, version: number) {
    super(
      `The tables of the read model ${model.name} are of version ${version}, and this program knows ` +
        `version ${model.version}. Start the later program, or rebuild the model with this one.`,
    );
  }
}

/** Somebody else rebuilds this model at this moment. */
export class RebuildUnderWay extends Error {
  override readonly name = 'RebuildUnderWay';
}

/** A function of a model threw. Its message may quote the event, so only the place is told. */
export class ApplyFailure extends Error {
  override readonly name = 'ApplyFailure';

  constructor(cause: unknown) {
    super(`${cause instanceof Error ? cause.name : 'a thrown value'} ${placeOf(cause)}`.trim());
  }
}

/**
 * Calls a function of a model.
 * @throws ApplyFailure when it throws
 */
export function attempt<T>(apply: () => T): T {
  try {
    return apply();
  } catch (cause) {
    throw new ApplyFailure(cause);
  }
}

function placeOf(cause: unknown): string {
  const frame = cause instanceof Error ? cause.stack?.split('\n').find((line) => /^\s+at /.test(line)) : '';
  return frame?.trim() ?? '';
}

/** What Postgres says of an error, besides a message that may quote values. */
interface PostgresError extends Error {
  readonly code: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && 'severity' in error && 'code' in error;
}

/** Data exceptions, violated constraints, values past a limit: another try would end the same. */
const faultClasses = ['22', '23', '54'];

/** Whether what was applied is at fault, rather than a connection, a lock or the database's health. */
export function isFaultOfEvent(error: unknown): boolean {
  if (error instanceof ApplyFailure) return true;
  return isPostgresError(error) && faultClasses.includes(error.code.slice(0, 2));
}

/** An error for logs and health pages: what Postgres says about values is left out. */
export function reasonOf(error: unknown): string {
  if (isPostgresError(error)) {
    const { code, message, table, column, constraint } = error;
    if (!isFaultOfEvent(error)) return `${message} (SQLSTATE ${code})`;
    return ['SQLSTATE', code, table, column, constraint].filter(Boolean).join(' ');
  }
  if (error instanceof ApplyFailure) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown error';
}

/** Postgres gave up waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return isPostgresError(error) && error.code === '55P03';
}
