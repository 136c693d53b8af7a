/** What an event of EventStoreDB is known by. */
interface Named {
  readonly streamId: string;
  readonly type: string;
}

/** What our streams are called in an EventStoreDB that others may use as well, and which of its events are ours. */
export interface Names {
  /** With it each name of a stream of ours begins there; may be empty. */
  readonly beginning: string;
  outside(stream: string): string;
  inside(streamId: string): string;
  isOurs(event: Named): boolean;
}

/** @param prefix without dots: the one behind it keeps `one` and `one_more` apart. Empty: everything is ours */
export function createNames(prefix: string): Names {
  const beginning = prefix === '' ? '' : `${prefix}.`;
  return {
    beginning,
    outside: (stream) => beginning + stream,
    inside: (streamId) => streamId.slice(beginning.length),
    isOurs: ({ streamId, type }) => streamId.startsWith(beginning) && !isItsOwn(streamId) && !isItsOwn(type),
  };
}

/**
 * Names of what is EventStoreDB's own begin so. Both kinds count: what an operator writes to `$settings` has a type
 * like any other.
 */
export function isItsOwn(name: string): boolean {
  return name.startsWith('$');
}
