import type { Recorded } from '../../src/domain/recorded.js';
import type { Ledger } from '../../src/event-store/ledger.js';
import { eventsAfter, type FailPoints, isAfter } from './batch.js';
import { fold, noChanges, type Rows } from './changes.js';
import type { Checkpoint, CheckpointDb } from './checkpoint.js';
import { isFaultOfEvent, RebuildUnderWay } from './failure.js';
import { createKnownKeys, type KnownKeys } from './known-keys.js';
import type { ReadModel } from './model.js';
import { loadRows } from './rows.js';
import { openWriter, type Part } from './writer.js';

export interface Loading {
  /** Reads what is written already. */
  readonly db: CheckpointDb;
  /** For a connection of its own, which writes. */
  readonly connectionString: string;
  readonly ledger: Ledger;
  readonly model: ReadModel;
  readonly signal: AbortSignal;
  readonly failPoints?: FailPoints | undefined;
  /** Told how far the events are folded, which is a little further than what is written. */
  readonly onFolded: (checkpoint: Checkpoint) => void;
}

/**
 * Rows that wait to be written, after the last page that was folded. Twice as many are in memory at most,
 * because these are written while the next are folded, however long the log is.
 */
const rowsPerWrite = 10_000;

/**
 * Fills tables that nobody reads, from their checkpoint to the end of the log. A row is folded in memory and
 * written once for all the events of many pages that touch it, and those that are new are copied.
 * @returns how far it came: less far than the end when it met an event that cannot be applied, which then is
 *   found by applying what is left as any other batch
 * @throws what the database or the log throws: what is written is as far as its checkpoint says
 */
export async function loadGeneration(loading: Loading, from: Checkpoint): Promise<Checkpoint> {
  const { ledger, model, signal, onFolded } = loading;
  const writer = await openWriter(loading.connectionString, loading.failPoints);
  let written = from;
  let writing: Promise<void> = Promise.resolve();
  let folded = from;
  let part: Part = emptyPart(model);
  let earlier: Part = emptyPart(model);
  const known = createKnownKeys();

  async function write(changes: Part, to: Checkpoint): Promise<void> {
    if (await writer.write(changes, written, to)) written = to;
    else throw new RebuildUnderWay(`Another rebuild of ${model.name} took the place of this one.`);
  }

  try {
    for await (const batch of ledger.follow({ after: from.position, signal, alone: true })) {
      const events = eventsAfter(folded, batch);
      await foldEvents(loading, { part, earlier, known }, folded, events);
      const position = isAfter(batch.position, folded) ? batch.position : folded.position;
      folded = { ...folded, position, count: folded.count + events.length };
      onFolded(folded);
      if (sizeOf(part) < rowsPerWrite && !batch.caughtUp) continue;
      await writing;
      writing = write(part, folded);
      // Whoever waits for it hears of a failure; until then nobody does, and that is no reason to end.
      writing.catch(() => undefined);
      if (batch.caughtUp) break;
      for (const { after } of earlier.values()) known.add(after.keys());
      [earlier, part] = [part, emptyPart(model)];
    }
    await writing;
  } catch (error) {
    if (!isFaultOfEvent(error)) throw error;
    await writing.catch(unlessFaultOfEvent);
  } finally {
    await writer.close();
  }
  return written;
}

function unlessFaultOfEvent(error: unknown): void {
  if (!isFaultOfEvent(error)) throw error;
}

function emptyPart({ tables }: ReadModel): Part {
  return new Map(tables.map((table) => [table, noChanges()]));
}

function sizeOf(part: Part): number {
  return [...part.values()].reduce((size, { after }) => size + after.size, 0);
}

interface Folding {
  readonly part: Part;
  /** The one before, which may still be on its way. */
  readonly earlier: Part;
  /** Of the parts before that. */
  readonly known: KnownKeys;
}

async function foldEvents(
  { db }: Loading,
  { part, earlier, known }: Folding,
  { generation, count }: Checkpoint,
  events: readonly Recorded[],
): Promise<void> {
  for (const [table, changes] of part) {
    const waiting: Rows = earlier.get(table)?.after ?? new Map();
    await fold(changes, table, events, count, async (keys) => {
      const stored = keys.filter((key) => !waiting.has(key) && known.mayHave(key));
      if (stored.length === 0) return waiting;
      return new Map([
        ...keys.map((key) => [key, waiting.get(key)] as const),
        ...(await loadRows(db, table, generation, stored)),
      ]);
    });
  }
}
