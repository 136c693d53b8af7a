import type { RefusalCode } from './refusals.js';

/** A business "no": data with a code, never an exception. */
export interface Refusal {
  readonly code: RefusalCode;
  /** The request's field it is about, when it is about one. */
  readonly field?: string;
}

/** What a decider answers: events to append (none when the command repeats what holds), or a refusal. */
export type Decision<E> =
  | { readonly ok: true; readonly events: readonly E[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** The command repeats what already holds. */
export const nothing: Decision<never> = { ok: true, events: [] };

export function happened<E>(...events: readonly E[]): Decision<E> {
  return { ok: true, events };
}

export function refused(code: RefusalCode, field?: string): Decision<never> {
  return { ok: false, refusal: field === undefined ? { code } : { code, field } };
}
