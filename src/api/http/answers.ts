import type { Result } from '../../application/result.js';
import type { Refusal } from '../../domain/decision.js';
import { refusals } from '../../domain/refusals.js';
import { HttpProblem } from './problem.js';
import { refusalStatus } from './refusal-status.js';

/** The value of a result; a refusal is thrown as its problem document. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw problemOfRefusal(result.refusal);
  return result.value;
}

export function problemOfRefusal({ code, field }: Refusal): HttpProblem {
  const detail = refusals[code];
  const errors = field === undefined ? {} : { errors: [{ pointer: `/${field}`, message: detail }] };
  return new HttpProblem(code, refusalStatus[code], detail, errors);
}
