import type { KeyAccess, VerdictCode } from '../domain/access/verdict.js';
import type { Metadata } from '../domain/recorded.js';
import { type UseRow, usesStream } from '../domain/uses/events.js';
import type { Ledger, NewEvent } from '../event-store/ledger.js';
import type { Clock } from '../platform/clock.js';

/** One use of one secret: a verdict that was asked for, or a call to this service itself. */
export interface Use {
  readonly access: KeyAccess;
  readonly secretId: string;
  readonly code: VerdictCode;
  readonly permission?: string | undefined;
  /** ISO instant. */
  readonly at: string;
}

/**
 * Counts uses in memory and writes them down together, one event per team and flush. A kill loses what was
 * counted since the last flush; nothing but last-used data rests on it.
 */
export interface UseRecorder {
  record(use: Use): void;
  /** Writes down what was counted; false when the log was away and all is kept for the next time. */
  flush(): Promise<boolean>;
  start(): void;
  /** Stops the clock and flushes a last time. */
  stop(): Promise<void>;
}

/** Keeps an event under 512 KiB: a row is at most some 340 bytes of JSON. */
const rowsPerEventMax = 1_500;
/** Kinds of use counted between two flushes; one more flushes at once. */
const countedMax = 100_000;
/** While the log is away this many appends wait; older ones are given up. */
const pendingMax = 200;
const shortestMilliseconds = 1_000;
const longestMilliseconds = 60_000;
/** Many rows a flush: flush less often, and so write fewer rows. */
const manyRows = 5_000;
const fewRows = 1_000;

interface Count extends Omit<UseRow, 'count' | 'lastAt'> {
  readonly teamId: string;
  count: number;
  lastAt: string;
}

interface Pending {
  readonly stream: string;
  readonly events: readonly NewEvent[];
}

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Names this run of this process. */
  readonly processId: string;
  readonly warn: (message: string, error?: unknown) => void;
}

export function createUseRecorder(options: Options): UseRecorder {
  const { ledger, clock, newId, processId, warn } = options;
  let counts = new Map<string, Count>();
  const pending: Pending[] = [];
  const revisions = new Map<string, number>();
  let intervalMilliseconds = shortestMilliseconds;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<boolean> | undefined;

  function record({ access, secretId, code, permission, at }: Use): void {
    const name = `${secretId}${code}${permission ?? ''}`;
    const known = counts.get(name);
    if (known) {
      known.count += 1;
      known.lastAt = at;
      return;
    }
    counts.set(name, {
      teamId: access.teamId,
      keyId: access.keyId,
      secretId,
      code,
      ...(permission !== undefined && { permission }),
      count: 1,
      firstAt: at,
      lastAt: at,
    });
    if (counts.size >= countedMax) void flush();
  }

  /** Takes the counts out of memory and makes them into appends, each small enough for any store. */
  function collect(): void {
    const taken = [...counts.values()];
    counts = new Map();
    intervalMilliseconds = nextInterval(intervalMilliseconds, taken.length);
    const now = clock.now().toISOString();
    const stream = usesStream(processId, now.slice(0, 10));
    for (const rows of chunks(taken, rowsPerEventMax)) {
      const events = [...byTeam(rows)].map(([teamId, ofTeam]): NewEvent => {
        const id = newId();
        const metadata: Metadata = {
          recordedAt: now,
          actor: { type: 'process', id: processId },
          teamId,
          correlationId: id,
          commandId: id,
        };
        return { id, event: { type: 'KeyUsesRecorded', rows: ofTeam }, metadata };
      });
      pending.push({ stream, events });
    }
    const tooMany = pending.length - pendingMax;
    if (tooMany > 0) {
      pending.splice(0, tooMany);
      warn(`The log has been away for long: last-used data of ${tooMany} flushes is given up.`);
    }
  }

  async function write(): Promise<boolean> {
    collect();
    for (let next = pending[0]; next; next = pending[0]) {
      const expected = revisions.get(next.stream) ?? 0;
      try {
        const result = await ledger.append(next.stream, expected, next.events);
        revisions.set(next.stream, Number(result.ok ? result.revision : result.actual));
        // A repeat of what was stored answers as the first time, so a conflict means that this is not stored.
        if (!result.ok) continue;
      } catch (error) {
        warn('Uses could not be written down; they are kept for the next time.', error);
        return false;
      }
      pending.shift();
    }
    return true;
  }

  function flush(): Promise<boolean> {
    flushing ??= write().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  function schedule(): void {
    timer = setTimeout(() => {
      void flush().finally(() => {
        if (timer) schedule();
      });
    }, intervalMilliseconds);
    timer.unref();
  }

  return {
    record,
    flush,
    start: schedule,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await flushing;
      await flush();
    },
  };
}

function nextInterval(milliseconds: number, rowsCount: number): number {
  if (rowsCount > manyRows) return Math.min(longestMilliseconds, milliseconds * 2);
  return rowsCount < fewRows ? Math.max(shortestMilliseconds, milliseconds / 2) : milliseconds;
}

function byTeam(counts: readonly Count[]): Map<string, UseRow[]> {
  const teams = new Map<string, UseRow[]>();
  for (const { teamId, ...row } of counts) {
    const rows = teams.get(teamId);
    if (rows) rows.push(row);
    else teams.set(teamId, [row]);
  }
  return teams;
}

function* chunks<T>(items: readonly T[], size: number): Iterable<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
