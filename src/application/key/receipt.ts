import type { Key } from '../../domain/key/state.js';
import type { Position } from '../../event-store/port.js';
import { type Outcome, unconditional } from '../execute.js';
import type { Parts } from '../parts.js';
import { done, type Result } from '../result.js';

/** A key after a command, where the whole process already knows it. */
export interface KeyReceipt {
  readonly keyId: string;
  /** Events of the key's stream: its ETag. */
  readonly revision: number;
  readonly position: Position;
}

/** Turns an outcome into an answer, once what was written can be seen. */
export async function receiptOf(
  parts: Parts,
  keyId: string,
  outcome: Outcome<Key>,
): Promise<Result<KeyReceipt>> {
  const known = unconditional(outcome);
  if (!known.ok) return known;
  const { revision, position } = known;
  await parts.settled(position);
  return done({ keyId, revision, position });
}
