import type pg from 'pg';
import { type AppendResult, OutcomeUnknown, type Position } from '../port.js';
import type { Append } from './append-queue.js';
import { encodeByteaArray } from './bytea-array.js';
import { runStatement } from './connections.js';
import { explainAppendFailure } from './failures.js';
import type { SendGroup } from './group-commit.js';

/** What the log says to a group: see `log.append_group`. */
interface Answer {
  readonly base: Position;
  readonly actual: readonly string[];
  readonly repeated: readonly (Position | null)[] | null;
}

/** Sends groups of appends over the pool. */
export function createSendGroup(pool: pg.Pool): SendGroup {
  return async (group) => {
    const [answer] = await runStatement<Answer>(pool, statementOf(group)).catch((error: unknown) => {
      throw explainAppendFailure(error);
    });
    if (answer?.actual.length !== group.length) {
      throw new OutcomeUnknown(
        `The log gave ${answer?.actual.length ?? 'no'} answers to ${group.length} appends.`,
      );
    }
    return resultsOf(group, answer);
  };
}

function statementOf(group: readonly Append[]): pg.QueryConfig {
  const events = group.flatMap((append) => append.events);
  return {
    name: 'append_group',
    text: 'select base, actual, repeated from log.append_group($1, $2, $3, $4, $5, $6, $7, $8)',
    values: [
      group.map(({ stream }) => stream),
      group.map(({ expected }) => expected),
      group.flatMap((append, index) => append.events.map(() => index + 1)),
      group.flatMap(({ expected, events }) => events.map((_, index) => expected + BigInt(index + 1))),
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      encodeByteaArray(events.map(({ data }) => data)),
      encodeByteaArray(events.map(({ metadata }) => metadata)),
    ],
  };
}

/** Those that hold are stored one after the other behind the head. */
function resultsOf(group: readonly Append[], { base, actual, repeated }: Answer): AppendResult[] {
  let position = BigInt(base);
  return group.map(({ expected, events }, index) => {
    const found = BigInt(actual[index] ?? 0);
    const revision = expected + BigInt(events.length);
    if (found === expected) {
      position += BigInt(events.length);
      return { ok: true, revision, position: String(position) as Position };
    }
    const earlier = repeated?.[index] ?? null;
    return earlier === null ? { ok: false, actual: found } : { ok: true, revision, position: earlier };
  });
}
