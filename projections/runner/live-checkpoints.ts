import { sql } from 'kysely';
import { askTogether } from '../../src/platform/ask-together.js';
import { type Checkpoint, type CheckpointDb, liveCheckpoints } from './checkpoint.js';

/**
 * The checkpoints of live tables, for all the models that one process keeps: they look and move at the same moments, and
 * share a statement then.
 */
export interface LiveCheckpoints {
  /** Undefined when there are no tables yet. */
  find(model: string): Promise<Checkpoint | undefined>;
  /** @returns false when it is not there any more, or somebody holds it who is about to make other tables live */
  move(from: Checkpoint, to: Checkpoint): Promise<boolean>;
}

interface Move {
  readonly from: Checkpoint;
  readonly to: Checkpoint;
}

export function createLiveCheckpoints(db: CheckpointDb): LiveCheckpoints {
  const move = askTogether((moves: readonly Move[]) => moveTogether(db, moves));
  return {
    find: askTogether((models: readonly string[]) => findTogether(db, models)),
    move: (from, to) => move({ from, to }),
  };
}

async function findTogether(
  db: CheckpointDb,
  models: readonly string[],
): Promise<(Checkpoint | undefined)[]> {
  const found = await liveCheckpoints(db, models);
  return models.map((model) => found.find((checkpoint) => checkpoint.model === model));
}

/** A model whose checkpoint somebody holds does not keep the others waiting. */
async function moveTogether(db: CheckpointDb, moves: readonly Move[]): Promise<boolean[]> {
  const asked = moves.map(({ from, to }) => ({
    model: from.model,
    generation: from.generation,
    before: from.position,
    position: to.position,
    count: String(to.count),
  }));
  const { rows } = await sql<{ model: string }>`
    with moves as (
      select * from json_to_recordset(${JSON.stringify(asked)}::json)
        as move (model text, generation int, before text, position text, count bigint)
    ), there as (
      select model, generation from read.checkpoints join moves using (model, generation)
      where live and checkpoints.position = moves.before
      for update of checkpoints skip locked
    )
    update read.checkpoints set position = moves.position, count = moves.count, updated_at = now()
    from there join moves using (model, generation)
    where checkpoints.model = there.model and checkpoints.generation = there.generation
    returning checkpoints.model, set_config('synchronous_commit', 'off', true)`.execute(db);
  const moved = new Set(rows.map(({ model }) => model));
  return moves.map(({ from }) => moved.has(from.model));
}
