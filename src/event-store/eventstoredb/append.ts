import { setTimeout as sleep } from 'node:timers/promises';
import type { EventData } from '@eventstore/db-client';
import {
  type AppendResult,
  type EncodedEvent,
  OutcomeUnknown,
  type RecordedEvent,
  StoreUnavailable,
} from '../port.js';
import type { Appended, Appender } from './appender.js';
import { explainAppendFailure } from './failures.js';
import type { Names } from './names.js';
import { positionOf } from './positions.js';
import { toProposed } from './stored-form.js';

const pauses = { firstMilliseconds: 20, longestMilliseconds: 400 };

export interface AppendParts {
  readonly appender: Pick<Appender, 'send'>;
  readonly names: Names;
  /** Events of a stream from a revision on, at most so many. */
  readonly read: (stream: string, from: bigint, limit: number) => Promise<readonly RecordedEvent[]>;
  /** For one try. */
  readonly tryMilliseconds: number;
  /** For all of them together. */
  readonly deadlineMilliseconds: number;
  /** Aborts when the store is closed, which waits for the try under way but for no other. */
  readonly closing: AbortSignal;
}

/**
 * Appends, and finds out what became of it. A try that failed may have been stored all the same, so it is made again
 * with the same ids at the same revision, which EventStoreDB stores once; a conflict may be with an earlier try, so
 * the ids that are there decide.
 * @see EventStore.append
 */
export async function append(
  parts: AppendParts,
  stream: string,
  expected: bigint,
  events: readonly EncodedEvent[],
): Promise<AppendResult> {
  const deadline = performance.now() + parts.deadlineMilliseconds;
  const proposed = events.map(toProposed);
  const ids = events.map(({ id }) => id);
  let isUnknown = false;
  let pauseMilliseconds = pauses.firstMilliseconds;
  for (;;) {
    try {
      return await tryOnce(parts, stream, expected, { proposed, ids });
    } catch (error) {
      const { kind } = explainAppendFailure(error);
      isUnknown ||= kind === 'unknown';
      const isOver = performance.now() + pauseMilliseconds > deadline || parts.closing.aborted;
      if (isOver || kind === 'refused') throw failureOf(isUnknown, error);
    }
    await sleep(pauseMilliseconds);
    pauseMilliseconds = Math.min(2 * pauseMilliseconds, pauses.longestMilliseconds);
  }
}

function failureOf(isUnknown: boolean, cause: unknown): Error {
  return isUnknown
    ? new OutcomeUnknown('EventStoreDB did not say whether it stored the events.', { cause })
    : new StoreUnavailable('EventStoreDB does not take events now.', { cause });
}

interface Proposal {
  readonly proposed: readonly EventData[];
  readonly ids: readonly string[];
}

async function tryOnce(
  { appender, names, read, tryMilliseconds }: AppendParts,
  stream: string,
  expected: bigint,
  { proposed, ids }: Proposal,
): Promise<AppendResult> {
  const revision = expected + BigInt(ids.length);
  try {
    return storedAt(
      stream,
      revision,
      await appender.send(names.outside(stream), expected, proposed, tryMilliseconds),
    );
  } catch (error) {
    const failure = explainAppendFailure(error);
    if (failure.kind !== 'conflict') throw error;
    const { actual } = failure;
    if (actual < revision) return { ok: false, actual };
    const there = await read(stream, expected + 1n, ids.length);
    const last = there.at(-1);
    const isOurs = there.length === ids.length && there.every(({ id }, index) => id === ids[index]);
    return isOurs && last ? { ok: true, revision, position: last.position } : { ok: false, actual };
  }
}

/** A stream that somebody deleted goes on counting where it was, so that our numbers would never fit again. */
function storedAt(
  stream: string,
  revision: bigint,
  { nextExpectedRevision, position }: Appended,
): AppendResult {
  if (nextExpectedRevision !== revision - 1n || !position) {
    throw new Error(
      `EventStoreDB stored events of ${stream} at revision ${nextExpectedRevision} and not at ${revision - 1n}: ` +
        'was the stream deleted there?',
    );
  }
  return { ok: true, revision, position: positionOf(position) };
}
