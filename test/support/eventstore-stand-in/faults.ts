/** What can befall an append. */
export type AppendFault =
  /** No answer, and nothing stored. */
  | 'silence'
  /** Stored, and no answer. */
  | 'silence-after-storing'
  /** The connection breaks, and nothing was stored. */
  | 'reset'
  | 'reset-after-storing'
  /** There is no leader at this moment. */
  | 'election'
  /** A leader that was deposed stored it; its successor knows the events but not that this repeat is one. */
  | 'deposed-leader'
  /** The server's own deadline passed. */
  | 'deadline'
  | 'deadline-after-storing';

export const appendFaults: readonly AppendFault[] = [
  'silence',
  'silence-after-storing',
  'reset',
  'reset-after-storing',
  'election',
  'deposed-leader',
  'deadline',
  'deadline-after-storing',
];

/** What can befall a read. */
export type ReadFault =
  | 'silence'
  | 'reset'
  /** The node follows another; the answer names the leader, which is this node too. */
  | 'not-leader'
  /** Every event comes late. */
  | 'slow';

export const readFaults: readonly ReadFault[] = ['silence', 'reset', 'not-leader', 'slow'];

/** The switches. Each is asked for every call; undefined is health. */
export interface Faults {
  /** @param firstId of the events of the append, which stays the same when it is tried again */
  append(firstId: string): AppendFault | undefined;
  read(): ReadFault | undefined;
}

export function noFaults(): Faults {
  return { append: () => undefined, read: () => undefined };
}
