import type { Position } from '../../src/event-store/port.js';
import type { Clock } from '../../src/platform/clock.js';
import { pause } from '../../src/platform/pause.js';
import { type CheckpointDb, livePositions, liveVersions } from './checkpoint.js';
import type { Followers } from './followers.js';
import type { ReadModel } from './model.js';
import { createProgress } from './progress.js';
import { type ModelReport, type ModelStatus, statusOf, unknown } from './status.js';

/** Knows how far the read models are, whoever keeps them at the head of the log. */
export interface Runner {
  /** As `Followers.start`. */
  start(): Promise<void>;
  /** Whether queries can be asked although those who follow may still have to start: all tables are there. */
  canBeAsked(): Promise<boolean>;
  /** As `Followers.stop`. */
  stop(): Promise<void>;
  /**
   * Waits until queries see everything up to a position, whichever process runs the models.
   * @param options.models names; absent: all
   * @returns false when they do not in time; soon when a model has stopped here, and nobody else runs it
   */
  waitFor(
    position: Position,
    options: { readonly timeoutMilliseconds: number; readonly models?: readonly string[] },
  ): Promise<boolean>;
  status(): ModelStatus[];
}

interface Options {
  readonly followers: Followers;
  readonly models: readonly ReadModel[];
  /** To look how far models are that other processes run. */
  readonly db: CheckpointDb;
  readonly clock: Clock;
}

const pollMilliseconds = 50;

export function createRunner({ followers, models, db, clock }: Options): Runner {
  const stopping = new AbortController();
  const progress = createProgress();
  const names = models.map(({ name }) => name);
  const reports = new Map(names.map((name) => [name, unknown(name, clock)]));
  let watching = false;

  /** While somebody waits for models that other processes run, one query for all of them looks how far they are. */
  async function watch(): Promise<void> {
    if (watching) return;
    watching = true;
    while (!stopping.signal.aborted && progress.isAwaited(runElsewhere())) {
      // When the database is away, those who wait run out of time; that is all the news there is.
      const positions = await livePositions(db).catch(() => new Map<string, Position>());
      for (const model of runElsewhere()) {
        const position = positions.get(model);
        if (position !== undefined) progress.advance(model, position);
      }
      await pause(pollMilliseconds, stopping.signal);
    }
    watching = false;
  }

  function runElsewhere(): string[] {
    return names.filter((name) => reports.get(name)?.state !== 'running');
  }

  function take(report: ModelReport): void {
    const { model, position } = report;
    // Of a model that others run, whoever waits for it may know a later one than it says again here.
    if (position !== reports.get(model)?.position) progress.advance(model, position);
    reports.set(model, report);
  }

  const hasStopped = (name: string) => reports.get(name)?.state === 'stopped';

  return {
    start: () => followers.start((told) => told.forEach(take)),
    async canBeAsked() {
      const versions = await liveVersions(db).catch(() => new Map<string, number>());
      return models.every(({ name, version }) => versions.get(name) === version);
    },
    async stop() {
      stopping.abort();
      await followers.stop();
    },
    async waitFor(position, { timeoutMilliseconds, models: awaited = names }) {
      const patience = awaited.some(hasStopped) ? 2 * pollMilliseconds : timeoutMilliseconds;
      const reached = progress.wait(awaited, position, Math.min(patience, timeoutMilliseconds));
      void watch();
      return reached;
    },
    status: () =>
      [...reports.values()].map((report) =>
        statusOf({ ...report, position: progress.positionOf(report.model) }, clock),
      ),
  };
}
