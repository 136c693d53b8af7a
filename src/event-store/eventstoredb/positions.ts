import { START, type Position as StorePosition } from '@eventstore/db-client';
import { type Position, start } from '../port.js';

/** Our text for a place in the log of EventStoreDB: both its numbers, `commit.prepare`. */
export function positionOf({ commit, prepare }: StorePosition): Position {
  return `${commit}.${prepare}` as Position;
}

/** @throws RangeError when the position is not one of this engine */
export function placeOf(position: Position): StorePosition | typeof START {
  if (position === start) return START;
  const [commit, prepare] = position.split('.');
  if (commit === undefined || prepare === undefined) {
    throw new RangeError(`Position ${position} comes from another kind of log.`);
  }
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}
