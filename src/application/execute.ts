import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision, Refusal } from '../domain/decision.js';
import type { DomainEvent } from '../domain/recorded.js';
import type { Ledger, NewEvent } from '../event-store/ledger.js';
import { OutcomeUnknown, type Position, StoreUnavailable, start } from '../event-store/port.js';
import type { Clock } from '../platform/clock.js';
import { createLru } from '../platform/lru.js';
import { type CommandContext, metadataOf } from './context.js';
import { readEnds } from './ends.js';
import { createStreamQueue } from './stream-queue.js';

/** The pure half of an aggregate: how its state follows from events, and what a command decides. */
export interface Decider<State, Command, Event extends DomainEvent> {
  /** Its events by name: a stream holds nothing else. */
  readonly events: { readonly [T in Event['type']]: true };
  readonly evolve: (state: State | undefined, event: Event) => State | undefined;
  readonly decide: (command: Command, state: State | undefined) => Decision<Event>;
  /**
   * Every event tells, with the first, all that state remembers: those between the first and the last are not
   * read. For streams that grow for ever.
   */
  readonly isToldByEnds?: true;
}

export interface Execution<State, Command, Event extends DomainEvent> {
  readonly decider: Decider<State, Command, Event>;
  readonly stream: string;
  readonly command: Command;
  readonly context: CommandContext;
  /** Where one command stands for those of several callers: whose an event is. Absent: `context` is of all. */
  readonly contextOf?: (event: Event) => CommandContext;
  /** If-Match: the revision the caller saw. Another one answers `stale` and is never tried again. */
  readonly expectedRevision?: number;
  /** The stream's id was made for this command: nothing is read before the append, which would find it out. */
  readonly isNew?: true;
}

/** A stream's state after a command; the position is that of its last event. */
export interface Receipt<State> {
  readonly ok: true;
  readonly state: State;
  readonly revision: number;
  readonly position: Position;
  /** False when the command repeated what already held. */
  readonly changed: boolean;
}

export type Outcome<State> =
  | Receipt<State>
  | { readonly ok: false; readonly refusal: Refusal }
  | { readonly ok: false; readonly stale: number };

/** The outcome of a command that named no revision, and so cannot be stale. */
export function unconditional<S>(outcome: Outcome<S>): Exclude<Outcome<S>, { readonly stale: number }> {
  if (!outcome.ok && 'stale' in outcome) {
    throw new Error('A command without a precondition cannot be stale.');
  }
  return outcome;
}

export interface Executor {
  /** @throws StoreUnavailable when nothing was done; OutcomeUnknown when that cannot be known in time */
  execute<S, C, E extends DomainEvent>(execution: Execution<S, C, E>): Promise<Outcome<S>>;
  /** The present state of a stream, read up to its end. */
  load<S, C, E extends DomainEvent>(decider: Decider<S, C, E>, stream: string): Promise<Snapshot<S>>;
}

/** A stream folded up to a revision. */
export interface Snapshot<State> {
  readonly state: State | undefined;
  readonly revision: number;
  readonly position: Position;
}

/** An event, and what is known about it besides. */
interface Told {
  readonly event: DomainEvent;
  readonly context: CommandContext;
}

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly deadlineMilliseconds?: number;
  readonly cachedStreamsCount?: number;
}

const pauseMilliseconds = 20;

/**
 * Runs commands against streams: reads, decides, appends at the revision that was decided on. Commands
 * of one stream queue here and run on a cached state; only conflicts with other processes read again.
 */
export function createExecutor(options: Options): Executor {
  const { ledger, clock, newId, deadlineMilliseconds = 5_000, cachedStreamsCount = 20_000 } = options;
  const cache = createLru<Snapshot<unknown>>(cachedStreamsCount);
  const queue = createStreamQueue();

  /** Reads what the stream has got since the snapshot; tells whether the command is among it. */
  async function catchUp<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    stream: string,
    since: Snapshot<S>,
    commandId?: string,
  ): Promise<{ snapshot: Snapshot<S>; found: boolean }> {
    let { state, revision, position } = since;
    let found = false;
    const isCold = decider.isToldByEnds && revision === 0;
    const news = isCold
      ? await readEnds(ledger, stream)
      : ledger.readStream(stream, { from: BigInt(revision + 1) });
    for await (const recorded of news) {
      if (!Object.hasOwn(decider.events, recorded.event.type)) {
        throw new Error(`The stream ${stream} holds ${recorded.event.type}, which is not one of its events.`);
      }
      state = decider.evolve(state, recorded.event as E);
      revision = recorded.revision;
      position = recorded.position as Position;
      found ||= commandId !== undefined && recorded.metadata.commandId === commandId;
    }
    const snapshot = { state, revision, position };
    remember(stream, snapshot);
    return { snapshot, found };
  }

  /** A slow reader must not put an older state over a newer one. */
  function remember(stream: string, snapshot: Snapshot<unknown>): void {
    if ((cache.get(stream)?.revision ?? 0) <= snapshot.revision) cache.set(stream, snapshot);
  }

  function cached<S>(stream: string): Snapshot<S> | undefined {
    return cache.get(stream) as Snapshot<S> | undefined;
  }

  async function run<S, C, E extends DomainEvent>(
    execution: Execution<S, C, E>,
    deadline: number,
  ): Promise<Outcome<S>> {
    const { decider, stream, command, context, expectedRevision, isNew } = execution;
    const { contextOf = () => context } = execution;
    const withContexts = (events: readonly E[]) =>
      events.map((event) => ({ event, context: contextOf(event) }));
    // Whoever asked has given up: what others did to the stream meanwhile must not cost those who wait behind it.
    if (performance.now() > deadline)
      throw new StoreUnavailable(`Too much was to be done to ${stream} before.`);
    const known = cached<S>(stream) ?? (isNew && empty<S>());
    let current: Snapshot<S> = known ?? (await catchUp(decider, stream, empty<S>())).snapshot;
    let fresh = known === undefined;
    for (;;) {
      const decision =
        expectedRevision !== undefined && expectedRevision !== current.revision
          ? undefined
          : decider.decide(command, current.state);
      if (!decision?.ok || decision.events.length === 0) {
        // Nothing will be appended, so no revision will be checked: make sure that the state is the present one.
        if (!fresh) {
          current = (await catchUp(decider, stream, current)).snapshot;
          fresh = true;
          continue;
        }
        if (!decision) return { ok: false, stale: current.revision };
        return decision.ok ? receiptOf(stream, current, false) : decision;
      }
      const appended = await append(stream, current, withContexts(decision.events), deadline);
      if (appended) {
        const state = decision.events.reduce<S | undefined>(decider.evolve, current.state);
        const next = { state, revision: Number(appended.revision), position: appended.position };
        remember(stream, next);
        return receiptOf(stream, next, true);
      }
      const { snapshot, found } = await catchUp(decider, stream, current, context.commandId);
      if (found) return receiptOf(stream, snapshot, true);
      // With a precondition, the next round answers `stale` and tries no more.
      if (expectedRevision === undefined && performance.now() > deadline) {
        throw new StoreUnavailable(`Others keep changing ${stream}.`);
      }
      current = snapshot;
      fresh = true;
    }
  }

  /**
   * Appends until the outcome is known; undefined is a conflict. An unknown outcome is tried again with the
   * same ids at the same revision, which stores nothing twice; never at a new revision.
   */
  async function append(
    stream: string,
    at: Snapshot<unknown>,
    events: readonly Told[],
    deadline: number,
  ): Promise<{ revision: bigint; position: Position } | undefined> {
    const recordedAt = clock.now().toISOString();
    const news: NewEvent[] = events.map(({ event, context }) => ({
      id: newId(),
      event,
      metadata: metadataOf(context, recordedAt),
    }));
    let unknown: OutcomeUnknown | undefined;
    for (;;) {
      try {
        const result = await ledger.append(stream, at.revision, news);
        return result.ok ? result : undefined;
      } catch (error) {
        cache.delete(stream);
        if (error instanceof OutcomeUnknown) unknown = error;
        // Once unknown it stays so until a try succeeds or conflicts: a later "not now" says nothing of the first.
        if (!unknown) throw error;
        if (performance.now() > deadline) throw unknown;
        await sleep(pauseMilliseconds);
      }
    }
  }

  return {
    execute(execution) {
      // From now on, not from when its turn comes: a log that is away for seconds would let a queue wait for minutes.
      const deadline = performance.now() + deadlineMilliseconds;
      return queue(execution.stream, () => run(execution, deadline));
    },
    load: async (decider, stream) => {
      const since = cached<never>(stream) ?? empty<never>();
      return (await catchUp(decider, stream, since)).snapshot;
    },
  };
}

function empty<S>(): Snapshot<S> {
  return { state: undefined, revision: 0, position: start };
}

function receiptOf<S>(stream: string, snapshot: Snapshot<S>, changed: boolean): Receipt<S> {
  if (snapshot.state === undefined) throw new Error(`${stream} has no state after its command.`);
  return {
    ok: true,
    state: snapshot.state,
    revision: snapshot.revision,
    position: snapshot.position,
    changed,
  };
}
