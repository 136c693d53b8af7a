import { ReadModelsBehind, VerificationBehind } from '../../application/parts.js';
import { ClockWrong } from '../../application/right-clock.js';
import { OutcomeUnknown, StoreUnavailable } from '../../event-store/port.js';
import { HttpProblem } from './problem.js';

const retryAfterSeconds = 1;

/**
 * Something the service needs is away: 503, and worth trying again. Undefined for any other error.
 * @param isAfterWrite whether the command was stored already, so that nobody is told the contrary
 */
export function outageOf(error: unknown, isAfterWrite: boolean): HttpProblem | undefined {
  const known = outageBehind(error);
  if (!known || !isAfterWrite) return known;
  return outage(
    'command.not_shown',
    'It is stored, but what it led to cannot be shown now; look before you repeat it.',
  );
}

function outageBehind(error: unknown): HttpProblem | undefined {
  if (error instanceof OutcomeUnknown) {
    return outage(
      'command.outcome_unknown',
      'The log did not say whether it was stored; look before you repeat it.',
    );
  }
  if (error instanceof StoreUnavailable) {
    return outage('log.unavailable', 'The log is away; nothing was changed. Try again in a moment.');
  }
  if (error instanceof ClockWrong) {
    return outage('clock.wrong', 'The clock of this process is wrong; nothing was changed.');
  }
  if (error instanceof VerificationBehind) {
    return outage('verification.behind', 'It is stored, but verification here does not know it yet.');
  }
  if (error instanceof ReadModelsBehind) {
    return outage(
      'read_models.behind',
      'This rests on what is read here, which is behind; nothing was changed.',
    );
  }
  if (isDatabaseAway(error)) {
    return outage('database.unavailable', 'The database is away. Try again in a moment.');
  }
  return undefined;
}

/** Verification fails closed when it has not seen the head of the log for too long. */
export function stale(): HttpProblem {
  return outage('verification.stale', 'Verification has lost sight of the log and refuses to guess.');
}

/** Read models, or verification, have not come as far as the reader asked. */
export function positionNotReached(): HttpProblem {
  return outage(
    'position.not_reached',
    'What this process can show does not reach Compass-Min-Position yet.',
  );
}

function outage(code: string, detail: string): HttpProblem {
  return new HttpProblem(code, 503, detail, { headers: { 'retry-after': String(retryAfterSeconds) } });
}

/** SQLSTATE classes of a server that is going, gone or full, and what the driver says of connections. */
const awayClasses = new Set(['08', '53', '57', '58']);
const awayCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
const awayWords =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error)/;

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (awayCodes.has(code) || ('severity' in error && awayClasses.has(code.slice(0, 2)))) return true;
  return awayWords.test(error.message);
}
