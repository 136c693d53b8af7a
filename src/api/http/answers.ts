import type { Result } from '../../application/result.js';
import type { Refusal } from '../../domain/decision.js';
import { refusals } from '../../domain/refusals.js';
import { HttpProblem } from './problem.js';
import { etagOf } from './receipts.js';
import { refusalStatus } from './refusal-status.js';

/** The value of a result; a refusal, or a precondition that failed, is thrown as its problem document. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw 'stale' in result ? preconditionFailed(result.stale) : problemOfRefusal(result.refusal);
}

/** Whoever sent the stale ETag may look again, or take the present one from this very answer. */
function preconditionFailed(revision: number): HttpProblem {
  const etag = etagOf(revision);
  const detail = `It has changed since it had the ETag of If-Match; now it has ${etag}.`;
  return new HttpProblem('request.precondition_failed', 412, detail, { headers: { etag } });
}

export function problemOfRefusal({ code, field }: Refusal): HttpProblem {
  const detail = refusals[code];
  const errors = field === undefined ? {} : { errors: [{ pointer: `/${field}`, message: detail }] };
  return new HttpProblem(code, refusalStatus[code], detail, errors);
}
