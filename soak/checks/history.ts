import type { Recorded } from '../../src/domain/recorded.js';
import { type Operation, type Operations, operationIdOf } from '../clients/operations.js';
import type { Tally } from '../promises.js';

/** Compares the log with what clients were told, and itself with what a log must be. */
export interface History {
  apply(recorded: Recorded): void;
  /** To be called while no client is in the midst of a command, with everything applied that is in the log. */
  settle(): void;
  /** The last event that was applied. */
  last(): Recorded | undefined;
}

export function createHistory(operations: Operations, tally: Tally): History {
  const eventsOf = new Map<string, Recorded[]>();
  const revisions = new Map<string, number>();
  const ids = new Set<string>();
  let position = 0n;
  let last: Recorded | undefined;

  function checkPlace(recorded: Recorded): void {
    const { stream, id } = recorded;
    const revision = (revisions.get(stream) ?? 0) + 1;
    position += 1n;
    const isInPlace =
      recorded.position === String(position) && recorded.revision === revision && !ids.has(id);
    tally.check(
      'positions',
      isInPlace,
      () => `${stream} ${recorded.revision} at ${recorded.position}, not ${revision} at ${position}`,
    );
    revisions.set(stream, recorded.revision);
    position = BigInt(recorded.position);
    ids.add(id);
    last = recorded;
  }

  function take(recorded: Recorded): void {
    const id = operationIdOf(recorded.metadata.correlationId);
    if (id === undefined) return;
    if (!operations.get(id)) {
      tally.check('once', false, () => `${id}: ${recorded.event.type} came after it was settled`);
      return;
    }
    const events = eventsOf.get(id);
    if (events) events.push(recorded);
    else eventsOf.set(id, [recorded]);
  }

  function settleOne(operation: Operation): void {
    const events = eventsOf.get(operation.id) ?? [];
    // It may still be under way in a process that was frozen.
    if (operation.outcome === 'unknown' && events.length === 0) return;
    judge(operation, events, tally);
    eventsOf.delete(operation.id);
    operations.forget(operation);
  }

  return {
    apply(recorded) {
      checkPlace(recorded);
      take(recorded);
    },
    settle() {
      for (const operation of [...operations.all()]) settleOne(operation);
    },
    last: () => last,
  };
}

function judge(operation: Operation, events: readonly Recorded[], tally: Tally): void {
  const { id, kind, outcome, expects, receipt } = operation;
  const types = events.map(({ event }) => event.type).toSorted();
  const words = () => `${kind} ${id} (${outcome}): ${types.join(', ') || 'nothing'} in the log`;
  const isWhole = expects.some((expected) => expected.join() === types.join());
  const commands = new Set(events.map(({ metadata }) => metadata.commandId));
  tally.check('once', commands.size <= 1, words);
  // What was done twice is wrong in one way only.
  if (commands.size > 1) return;
  if (outcome === 'refused') tally.check('refused', events.length === 0, words);
  if (outcome === 'unknown') tally.check('whole', isWhole, words);
  if (outcome === 'stored') tally.check('kept', isWhole, words);
  if (outcome !== 'done') return;
  const end = events.at(-1);
  const isWhereItSays =
    end === undefined || (end.position === receipt?.position && end.stream === `key-${receipt.keyId}`);
  tally.check('kept', isWhole && isWhereItSays, words);
}
