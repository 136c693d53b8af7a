import { ErrorType } from '@eventstore/db-client';
import { StoreUnavailable } from '../port.js';

/** gRPC's number for a server that is not there. */
const unavailableCode = 14;

/**
 * What a failed append means.
 * `conflict`: the stream holds another number of events.
 * `refused`: not stored, and trying again is no use.
 * `unsent`: not stored; it never left this process.
 * `unknown`: stored or not.
 */
export type AppendFailure =
  | { readonly kind: 'conflict'; readonly actual: bigint }
  | { readonly kind: 'refused' | 'unsent' | 'unknown' };

const refusals: readonly string[] = [
  ErrorType.ACCESS_DENIED,
  ErrorType.STREAM_DELETED,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
  ErrorType.INVALID_ARGUMENT,
];

/**
 * The client's errors have a type, a code, both or neither. A server that is down is told by a plain error with the
 * code alone: it comes from the question for the server's features, without which nothing is sent. All that is
 * neither this nor a clear refusal may come after the events were stored.
 */
export function explainAppendFailure(error: unknown): AppendFailure {
  const { type, code, actualVersion } = shapeOf(error);
  if (type === ErrorType.WRONG_EXPECTED_VERSION) {
    return { kind: 'conflict', actual: typeof actualVersion === 'bigint' ? actualVersion + 1n : 0n };
  }
  if (type !== undefined && refusals.includes(type)) return { kind: 'refused' };
  if (type === undefined && code === unavailableCode) return { kind: 'unsent' };
  return { kind: 'unknown' };
}

export function isMissingStream(error: unknown): boolean {
  return shapeOf(error).type === ErrorType.STREAM_NOT_FOUND;
}

/** The client has turned to the leader by now, so asking again at once is worth it. */
export function isNotLeader(error: unknown): boolean {
  return shapeOf(error).type === ErrorType.NOT_LEADER;
}

/** What a failed read means: nothing was changed, and it may go better later. */
export function explainReadFailure(error: unknown): unknown {
  const { type } = shapeOf(error);
  if (error instanceof RangeError || error instanceof StoreUnavailable) return error;
  if (type === ErrorType.ACCESS_DENIED) {
    return new StoreUnavailable('EventStoreDB does not let us read the log.', { cause: error });
  }
  return new StoreUnavailable('The log is not available.', { cause: error });
}

interface Shape {
  readonly type?: string;
  readonly code?: number;
  readonly actualVersion?: unknown;
}

function shapeOf(error: unknown): Shape {
  return error instanceof Error ? (error as Shape) : {};
}
