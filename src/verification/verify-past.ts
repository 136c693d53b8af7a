import type { KeyAccessRow } from '../../projections/access/table.js';
import { type AccessRequest, decideAccess, type SecretAccess } from '../domain/access/verdict.js';
import type { Recorded } from '../domain/recorded.js';
import { createAccessIndex } from './access-index.js';
import { type Answer, factsOf, notFound, profileOf } from './verify.js';

/** Which key, and with which secret of it or of its tokens; absent: the one that the last rotation made. */
export interface PresentedThen {
  readonly keyId: string;
  /** Of a token its own id does too. */
  readonly secretId?: string;
}

/**
 * What `verify` would have answered: from the events of then, by the very functions that decide now.
 * @param events that had happened to the key and to all that a verdict on it rests on
 * @param at ISO instant the verdict is for
 */
export function verifyPast(
  events: readonly Recorded[],
  { keyId, secretId }: PresentedThen,
  request: AccessRequest,
  at: string,
): Answer {
  const index = createAccessIndex();
  for (const recorded of events) index.apply(recorded);
  const access = index.key(keyId);
  const secret = access && secretOf(access, secretId);
  const verdict = decideAccess(access, secret, request, at, index);
  if (!access || verdict.code === 'NOT_FOUND') return notFound;
  const key = factsOf(access, index, at);
  return { ...verdict, key, biasProfile: profileOf(access, index), isForAnyone: false };
}

/** Of those that were good, the newest first; one that was replaced and over by then is none. */
function secretOf({ secrets, tokens }: KeyAccessRow, secretId: string | undefined): SecretAccess | undefined {
  if (secretId === undefined) return secrets[0];
  const token = tokens.find((one) => one.secretId === secretId || one.tokenId === secretId);
  if (token) return { secretId: token.secretId, validUntil: null, token };
  return secrets.find((one) => one.secretId === secretId);
}
