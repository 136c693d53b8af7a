import { LRUCache } from 'lru-cache';

/**
 * A cache of the `count` entries used last. Given `max`, the library makes room for all of them at once, which cost
 * every start 70 ms; so each entry has the size one instead.
 */
export function createLru<Value extends object>(count: number): LRUCache<string, Value> {
  return new LRUCache<string, Value>({ maxSize: count, sizeCalculation: () => 1 });
}
