import { keyStream } from '../../domain/key/events.js';
import type { KeyTarget } from '../authorize.js';
import { keyDecider } from '../deciders.js';
import type { Parts } from '../parts.js';

/** What `authorize` needs to know of a key, from the log itself; undefined when there is no such key. */
export async function findTarget({ executor }: Parts, keyId: string): Promise<KeyTarget | undefined> {
  return (await executor.load(keyDecider, keyStream(keyId))).state;
}
