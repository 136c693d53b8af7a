import { keyStream } from '../../domain/key/events.js';
import type { Key } from '../../domain/key/state.js';
import { authorize, type Operation } from '../authorize.js';
import { keyDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';

/** A key from the log itself, deleted or not; undefined when there never was one. */
export async function loadKey({ executor }: Parts, keyId: string): Promise<Key | undefined> {
  return (await executor.load(keyDecider, keyStream(keyId))).state;
}

/** The key that somebody wants to do something with, if they may. */
export async function findTarget(
  parts: Parts,
  principal: Principal,
  operation: Operation,
  keyId: string,
): Promise<Result<Key>> {
  const key = await loadKey(parts, keyId);
  if (!key || key.deletedAt !== null) return refuse('key.not_found');
  const verdict = authorize(principal, operation, key);
  if (verdict === 'allowed') return done(key);
  const isItself = principal.type === 'key' && principal.access.keyId === keyId;
  return isItself ? refuse('key.is_itself') : denied(verdict);
}
