import { type Generated, type Kysely, type RawBuilder, sql } from 'kysely';
import { type Position, start } from '../../src/event-store/port.js';
import type { ReadModel } from './model.js';

/** How far the tables of one generation of a model have come. */
export interface Checkpoint {
  readonly model: string;
  readonly generation: number;
  /** Of the code that fills the tables. */
  readonly version: number;
  /** False while a rebuild fills them. */
  readonly live: boolean;
  readonly position: Position;
  /** Events applied so far, which is the index in the log of the next one. */
  readonly count: number;
}

export interface CheckpointDatabase {
  'read.checkpoints': Omit<Checkpoint, 'count'> & { count: bigint; updatedAt: Generated<string> };
}

export type CheckpointDb = Kysely<CheckpointDatabase>;

/** The checkpoint of the tables that queries see; undefined when there are none yet. */
export async function liveCheckpoint(db: CheckpointDb, model: string): Promise<Checkpoint | undefined> {
  const [checkpoint] = await liveCheckpoints(db, [model]);
  return checkpoint;
}

/** Of those of the models that have tables. */
export async function liveCheckpoints(db: CheckpointDb, models: readonly string[]): Promise<Checkpoint[]> {
  const rows = await liveRows(db).where('model', 'in', models).execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** As `liveCheckpoint`, and keeps whoever follows the log from moving it until the transaction ends. */
export async function lockLiveCheckpoint(db: CheckpointDb, model: string): Promise<Checkpoint | undefined> {
  const row = await liveRows(db).where('model', '=', model).forUpdate().executeTakeFirst();
  return row && { ...row, count: Number(row.count) };
}

export async function livePositions(db: CheckpointDb): Promise<Map<string, Position>> {
  const rows = await liveRows(db).execute();
  return new Map(rows.map(({ model, position }) => [model, position]));
}

export async function liveVersions(db: CheckpointDb): Promise<Map<string, number>> {
  const rows = await liveRows(db).execute();
  return new Map(rows.map(({ model, version }) => [model, version]));
}

function liveRows(db: CheckpointDb) {
  return db
    .selectFrom('read.checkpoints')
    .select(['model', 'generation', 'version', 'live', 'position', 'count'])
    .where('live', '=', true);
}

/**
 * Moves a checkpoint from where the caller believes it to be, and locks it until the transaction ends. It gives a
 * row, unless the checkpoint is not there any more: another runner moved it, or other tables are live.
 * The commit of this transaction does not wait for the disk: rows and checkpoint are lost together or not
 * at all, and the log, which did wait, has the events.
 */
export function checkpointMove(from: Checkpoint, to: Checkpoint): RawBuilder<unknown> {
  return sql`
    update read.checkpoints set position = ${to.position}, count = ${to.count}, updated_at = now()
    where model = ${from.model} and generation = ${from.generation} and live = ${from.live}
      and position = ${from.position}
    returning set_config('synchronous_commit', 'off', true)`;
}

/** @returns false when it is not there any more */
export async function moveCheckpoint(db: CheckpointDb, from: Checkpoint, to: Checkpoint): Promise<boolean> {
  const { rows } = await checkpointMove(from, to).execute(db);
  return rows.length === 1;
}

/** Whether a checkpoint is where the caller believes it to be. */
export async function isThere(db: CheckpointDb, checkpoint: Checkpoint): Promise<boolean> {
  const { rows } = await sql`
    select from read.checkpoints
    where model = ${checkpoint.model} and generation = ${checkpoint.generation} and live = ${checkpoint.live}
      and position = ${checkpoint.position}`.execute(db);
  return rows.length === 1;
}

/** A generation that is not live, before the first event. */
export async function insertCheckpoint(db: CheckpointDb, model: ReadModel): Promise<Checkpoint> {
  const fields = { model: model.name, version: model.version, live: false, position: start };
  const { generation } = await db
    .insertInto('read.checkpoints')
    .values({ ...fields, count: 0n, generation: sql`nextval('read.generations')` })
    .returning('generation')
    .executeTakeFirstOrThrow();
  return { ...fields, generation, count: 0 };
}

/** Makes a generation the live one instead of another. */
export async function promoteCheckpoint(db: CheckpointDb, { model, generation }: Checkpoint): Promise<void> {
  const ofModel = db.updateTable('read.checkpoints').where('model', '=', model);
  await ofModel.where('live', '=', true).set({ live: false }).execute();
  await ofModel.where('generation', '=', generation).set({ live: true }).execute();
}

/** Generations that a rebuild replaced or did not finish. */
export async function abandonedGenerations(db: CheckpointDb, model: string): Promise<number[]> {
  const rows = await db
    .selectFrom('read.checkpoints')
    .select('generation')
    .where('model', '=', model)
    .where('live', '=', false)
    .execute();
  return rows.map(({ generation }) => generation);
}
