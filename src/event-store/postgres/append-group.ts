import type pg from 'pg';
import { type AppendResult, OutcomeUnknown, type Position } from '../port.js';
import type { Append } from './append-queue.js';
import { encodeByteaArray } from './bytea-array.js';
import { runStatement } from './connections.js';
import { explainAppendFailure } from './failures.js';
import type { SendGroup } from './group-commit.js';

interface Answer {
  readonly stored: boolean;
  readonly revision: string;
  readonly position: Position | null;
}

/** Sends groups of appends over the pool. */
export function createSendGroup(pool: pg.Pool): SendGroup {
  return async (group) => {
    const answers = await runStatement<Answer>(pool, statementOf(group)).catch((error: unknown) => {
      throw explainAppendFailure(error);
    });
    if (answers.length !== group.length) {
      throw new OutcomeUnknown(`The log gave ${answers.length} answers to ${group.length} appends.`);
    }
    return answers.map(toResult);
  };
}

function statementOf(group: readonly Append[]): pg.QueryConfig {
  const events = group.flatMap((append) => append.events);
  return {
    name: 'append_group',
    text: 'select stored, revision, position from log.append_group($1, $2, $3, $4, $5, $6, $7)',
    values: [
      group.map(({ stream }) => stream),
      group.map(({ expected }) => expected),
      group.map((append) => append.events.length),
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      encodeByteaArray(events.map(({ data }) => data)),
      encodeByteaArray(events.map(({ metadata }) => metadata)),
    ],
  };
}

function toResult({ stored, revision, position }: Answer): AppendResult {
  return stored && position !== null
    ? { ok: true, revision: BigInt(revision), position }
    : { ok: false, actual: BigInt(revision) };
}
