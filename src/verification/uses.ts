import type { KeyAccess, VerdictCode } from '../domain/access/verdict.js';
import type { Metadata } from '../domain/recorded.js';
import { type UseRow, usesStream } from '../domain/uses/events.js';
import type { Ledger, NewEvent } from '../event-store/ledger.js';
import type { Clock } from '../platform/clock.js';
import { pause } from '../platform/pause.js';

/** A secret, and for those that are used a lot a number that no other has: it is looked up sooner than an id. */
export interface UsedSecret {
  readonly secretId: string;
  readonly number?: number;
  /** When it is a key token's: what is counted then is the token, whatever its present secret. */
  readonly token?: { readonly tokenId: string };
}

/** One use of one secret: a verdict that was asked for, or a call to this service itself. */
export interface Use {
  readonly access: Pick<KeyAccess, 'keyId' | 'teamId'>;
  readonly secret: UsedSecret;
  readonly code: VerdictCode;
  readonly permission?: string | undefined;
  readonly service?: string | undefined;
  readonly model?: string | undefined;
  /** ISO instant. */
  readonly at: string;
  /** How many at that instant; unless given, one. */
  readonly count?: number;
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

/**
 * Rows are at most some 700 bytes of JSON, 300 of them the model, so an event stays below 512 KiB and an append
 * in its limits, be each row in an event of its own. Fewer would make more appends, each of which wakes all who
 * follow the log.
 */
const rowsPerAppendMax = 700;
/** Kinds of use counted between two flushes; one more flushes at once. */
const countedMax = 100_000;
/** While the log is away this many appends wait, two full flushes; older ones are given up. */
const pendingMax = (2 * countedMax) / rowsPerAppendMax;
const shortestMilliseconds = 1_000;
const longestMilliseconds = 60_000;
/** What everybody may spend on writing uses down and reading them again, on average: the rest is for verdicts. */
const rowsPerSecond = 1_000;

/**
 * Between two appends of a flush. All at once, a hundred thousand rows, written and read again by those who
 * follow the log, would hold up verdicts for seconds.
 */
const pauseMaxMilliseconds = 250;
/** A flush is over after about this time, however large. */
const spreadMilliseconds = 20_000;

interface Count {
  readonly keyId: string;
  readonly teamId: string;
  readonly secretId: string;
  readonly tokenId: string | undefined;
  readonly code: VerdictCode;
  readonly permission: string | undefined;
  readonly service: string | undefined;
  readonly model: string | undefined;
  count: number;
  readonly firstAt: string;
  lastAt: string;
  /** Another way in which the secret was used. */
  readonly other: Count | undefined;
}

interface Pending {
  readonly stream: string;
  readonly counts: readonly Count[];
  /** ISO instant at which counting ended. */
  readonly at: string;
  /** Made when it is their turn, once: of a hundred thousand counts together that would hold up verdicts. */
  events?: readonly NewEvent[];
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
  /** By number or id of the secret, or by id of the token: each has been used in few ways. */
  let counts = new Map<number | string, Count>();
  let rowsCount = 0;
  const pending: Pending[] = [];
  const revisions = new Map<string, number>();
  let countingSince = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  let flushing: Promise<boolean> | undefined;

  function record({ access, secret, code, permission, service, model, at, count = 1 }: Use): void {
    const name = secret.number ?? secret.token?.tokenId ?? secret.secretId;
    const other = counts.get(name);
    for (let known = other; known; known = known.other) {
      const isAlike = known.code === code && known.permission === permission && known.model === model;
      if (isAlike && known.service === service) {
        known.count += count;
        known.lastAt = at;
        return;
      }
    }
    const { keyId, teamId } = access;
    const { secretId, token } = secret;
    const asked = { code, permission, service, model };
    counts.set(name, {
      keyId,
      teamId,
      secretId,
      tokenId: token?.tokenId,
      ...asked,
      count,
      firstAt: at,
      lastAt: at,
      other,
    });
    rowsCount += 1;
    if (rowsCount >= countedMax) void flush();
  }

  /** Takes the counts out of memory, as many for each append as any store takes. */
  function collect(): void {
    const taken = [...everyOne(counts.values())];
    counts = new Map();
    rowsCount = 0;
    countingSince = performance.now();
    const at = clock.now().toISOString();
    const stream = usesStream(processId, at.slice(0, 10));
    for (const part of chunks(taken, rowsPerAppendMax)) pending.push({ stream, counts: part, at });
    const tooMany = pending.length - pendingMax;
    if (tooMany > 0) {
      pending.splice(0, tooMany);
      warn(`The log has been away for long: last-used data of ${tooMany} flushes is given up.`);
    }
  }

  function eventsOf({ counts: part, at }: Pending): NewEvent[] {
    return [...byTeam(part)].map(([teamId, rows]) => eventOf(teamId, rows, at));
  }

  function eventOf(teamId: string, rows: readonly UseRow[], recordedAt: string): NewEvent {
    const id = newId();
    const metadata: Metadata = {
      recordedAt,
      actor: { type: 'process', id: processId },
      teamId,
      correlationId: id,
      commandId: id,
    };
    return { id, event: { type: 'KeyUsesRecorded', rows }, metadata };
  }

  async function write(): Promise<boolean> {
    collect();
    const pauseMilliseconds = Math.min(pauseMaxMilliseconds, spreadMilliseconds / pending.length);
    for (let next = pending[0]; next; next = pending[0]) {
      const expected = revisions.get(next.stream) ?? 0;
      try {
        next.events ??= eventsOf(next);
        const result = await ledger.append(next.stream, expected, next.events);
        revisions.set(next.stream, Number(result.ok ? result.revision : result.actual));
        // A repeat of what was stored answers as the first time, so a conflict means that this is not stored.
        if (!result.ok) continue;
      } catch (error) {
        warn('Uses could not be written down; they are kept for the next time.', error);
        return false;
      }
      pending.shift();
      if (pending.length > 0) await pause(pauseMilliseconds, stopping.signal, { ref: false });
    }
    return true;
  }

  function flush(): Promise<boolean> {
    flushing ??= write().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  function flushWhenDue(): void {
    if (performance.now() - countingSince >= flushIntervalMilliseconds(rowsCount)) void flush();
  }

  return {
    record,
    flush,
    start() {
      timer = setInterval(flushWhenDue, shortestMilliseconds).unref();
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await flushing;
      await flush();
    },
  };
}

/** How long rows are counted together before they are written: the more there are, the longer. */
export function flushIntervalMilliseconds(rowsCount: number): number {
  const milliseconds = (rowsCount / rowsPerSecond) * 1_000;
  return Math.min(longestMilliseconds, Math.max(shortestMilliseconds, milliseconds));
}

function* everyOne(latest: Iterable<Count>): Iterable<Count> {
  for (const first of latest) for (let one: Count | undefined = first; one; one = one.other) yield one;
}

function byTeam(counts: readonly Count[]): Map<string, UseRow[]> {
  const teams = new Map<string, UseRow[]>();
  for (const count of counts) {
    const { teamId } = count;
    const rows = teams.get(teamId);
    if (rows) rows.push(rowOf(count));
    else teams.set(teamId, [rowOf(count)]);
  }
  return teams;
}

function rowOf(counted: Count): UseRow {
  const { keyId, code, permission, service, model, count, firstAt, lastAt } = counted;
  const asked = {
    ...(permission !== undefined && { permission }),
    ...(service !== undefined && { service }),
    ...(model !== undefined && { model }),
  };
  const { secretId, tokenId } = counted;
  const used = tokenId === undefined ? { secretId } : { tokenId };
  return { keyId, ...used, code, ...asked, count, firstAt, lastAt };
}

function* chunks<T>(items: readonly T[], size: number): Iterable<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
