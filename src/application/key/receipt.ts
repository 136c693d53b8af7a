import type { Key } from '../../domain/key/state.js';
import type { Outcome } from '../execute.js';
import type { Parts } from '../parts.js';
import { settle, type WriteReceipt } from '../receipt.js';
import { done, type Result } from '../result.js';

/** A key after a command, where the whole process already knows it. */
export interface KeyReceipt extends WriteReceipt {
  readonly keyId: string;
}

/** Turns an outcome into an answer, once what was written can be seen. */
export async function receiptOf(
  parts: Parts,
  keyId: string,
  outcome: Outcome<Key>,
): Promise<Result<KeyReceipt>> {
  const settled = await settle(parts, outcome);
  return settled.ok ? done({ keyId, ...settled.value }) : settled;
}
