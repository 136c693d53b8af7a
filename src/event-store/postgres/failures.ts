import pg from 'pg';
import { OutcomeUnknown, StoreUnavailable } from '../port.js';
import { Unsent } from './connections.js';

/**
 * What a failed append means. An error of severity ERROR says that Postgres rolled back. Anything
 * else may come after the commit: the connection broke, the answer took too long, or a FATAL one,
 * such as 57P01 for a backend that is shut down, which can strike between commit and answer.
 * @returns OutcomeUnknown, StoreUnavailable, or the error itself when the group was at fault
 */
export function explainAppendFailure(error: unknown): unknown {
  const settled =
    error instanceof Unsent || (error instanceof pg.DatabaseError && error.severity === 'ERROR');
  if (settled) return explainFailure(error);
  return new OutcomeUnknown('The log did not say whether it stored the events.', { cause: error });
}

/**
 * What a failed statement means.
 * @returns StoreUnavailable, or the error itself when trying again would be no use
 */
export function explainFailure(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && !passes(error)) return error;
  return new StoreUnavailable('The log is not available.', { cause: error });
}

/**
 * SQLSTATE classes of what passes: connections (08), transactions that were in the way of others (40),
 * resources and connections used up (53), locks not had in time (55), an operator, a shut-down or the
 * statement time-out (57), the system (58); and 25006, a stand-by that takes no writes.
 */
function passes({ code = '' }: pg.DatabaseError): boolean {
  return ['08', '40', '53', '55', '57', '58'].includes(code.slice(0, 2)) || code === '25006';
}
