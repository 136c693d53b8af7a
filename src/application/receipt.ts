import type { Position } from '../event-store/port.js';
import type { Outcome } from './execute.js';
import type { Parts } from './parts.js';
import { done, type Result } from './result.js';

/** What a write leaves behind, once the whole process knows it. */
export interface WriteReceipt {
  /** Events of the stream: the ETag of what it is about. */
  readonly revision: number;
  readonly position: Position;
}

/** Turns the outcome of a command into an answer, once what was written can be seen. */
export async function settle(parts: Parts, outcome: Outcome<unknown>): Promise<Result<WriteReceipt>> {
  if (!outcome.ok) return outcome;
  const { revision, position } = outcome;
  await parts.settled(position);
  return done({ revision, position });
}
