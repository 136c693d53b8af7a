import type { Refusal } from '../domain/decision.js';
import type { RefusalCode } from '../domain/refusals.js';

/**
 * What a handler answers: a value, or a refusal that every face words in its own way, or, when the caller
 * named a revision that is not the present one, the present one.
 */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }
  | { readonly ok: false; readonly stale: number };

export function done<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse(code: RefusalCode, field?: string): Result<never> {
  return { ok: false, refusal: field === undefined ? { code } : { code, field } };
}

/** The answer to an operation that `authorize` did not allow on a key. */
export function denied(verdict: 'forbidden' | 'unseen'): Result<never> {
  return refuse(verdict === 'forbidden' ? 'right.missing' : 'key.not_found');
}
