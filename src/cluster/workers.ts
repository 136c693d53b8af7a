import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { ModelReport } from '../../projections/runner/status.js';
import type { Log } from '../platform/log.js';
import { createGathering } from './gathering.js';
import type { FromWorker, ToWorker } from './messages.js';

/** The processes that serve, as their primary keeps them. */
export interface Workers {
  /**
   * Starts them, and from then on another one for each that ends.
   * @returns where they are reached, once all of them serve; empty when they are stopped before
   * @throws Error with the words and the code of the first that could not start
   */
  start(): Promise<string>;
  /** Tells all of them, and those that come later, how read models are. */
  tell(reports: readonly ModelReport[]): void;
  /** Lets all of them finish what is under way, and waits. @throws Error when one did not end well */
  stop(): Promise<void>;
}

interface Options {
  readonly count: number;
  readonly port: number;
  readonly log: Log;
}

type State = 'forked' | 'up' | 'serving' | 'closed';

const pauses = { firstMilliseconds: 100, longestMilliseconds: 30_000 };
/** Whoever has lived so long did not end because of its start. */
const steadyMilliseconds = 60_000;

export function createWorkers({ count, port, log }: Options): Workers {
  const states = new Map<Worker, State>();
  const gathering = createGathering();
  const models = new Map<string, ModelReport>();
  const restarts = new Set<NodeJS.Timeout>();
  const started = Promise.withResolvers<string>();
  let hasStarted = false;
  let isStopping = false;
  let endedBadly = false;
  let pauseMilliseconds = pauses.firstMilliseconds;
  let stopped: Promise<void> | undefined;

  function fork(): void {
    const worker = cluster.fork({ COMPASS_HTTP_PORT: String(port) });
    const forkedAt = performance.now();
    states.set(worker, 'forked');
    worker.on('message', (message: FromWorker) => take(worker, message));
    // Something was sent to one that is ending; its end is told anyway.
    worker.on('error', () => undefined);
    worker.once('exit', (code: number | null, signal: string | null) => {
      const hasBegun = states.get(worker) !== 'forked';
      states.delete(worker);
      gathering.forget(worker.id);
      if (isStopping) {
        endedBadly ||= hasBegun && code !== 0;
        tellWhenAllClosed();
      } else if (hasStarted) {
        replace(worker, { code, signal }, performance.now() - forkedAt);
      } else {
        started.reject(new Error(`A process ended while it started (${signal ?? code}).`));
      }
    });
  }

  function send(worker: Worker, message: ToWorker): void {
    if (worker.isConnected()) worker.send(message);
  }

  function take(worker: Worker, message: FromWorker): void {
    switch (message.type) {
      case 'up':
        states.set(worker, 'up');
        send(worker, { type: 'models', reports: [...models.values()] });
        if (isStopping) send(worker, { type: 'stop' });
        break;
      case 'serving':
        states.set(worker, 'serving');
        if ([...states.values()].filter((state) => state === 'serving').length === count) {
          hasStarted = true;
          started.resolve(message.url);
        }
        break;
      case 'failed':
        log.error({ process: worker.id, reason: message.message }, 'A process could not start.');
        started.reject(Object.assign(new Error(message.message), { code: message.code }));
        break;
      case 'closed':
        states.set(worker, 'closed');
        tellWhenAllClosed();
        break;
      case 'gather':
        void gathering.gather(askForReports).then((text) => {
          send(worker, { type: 'gathered', question: message.question, text });
        });
        break;
      case 'report':
        gathering.take(worker.id, message.round, message.report);
        break;
    }
  }

  /** Those that hear. */
  function up(): Worker[] {
    return [...states].flatMap(([worker, state]) => (state === 'forked' ? [] : [worker]));
  }

  function askForReports(round: number): number[] {
    const asked = up();
    for (const worker of asked) send(worker, { type: 'reportMetrics', round });
    return asked.map(({ id }) => id);
  }

  /** One that does not listen yet keeps the others waiting no longer than they want to. */
  function tellWhenAllClosed(): void {
    if (![...states.values()].every((state) => state === 'closed')) return;
    for (const worker of states.keys()) send(worker, { type: 'allClosed' });
  }

  function replace(worker: Worker, end: object, livedMilliseconds: number): void {
    if (livedMilliseconds > steadyMilliseconds) pauseMilliseconds = pauses.firstMilliseconds;
    const facts = { process: worker.id, pid: worker.process.pid, ...end, pauseMilliseconds };
    log.error(facts, 'A process ended though nobody asked it to. Another one takes its place.');
    const timer = setTimeout(() => {
      restarts.delete(timer);
      fork();
    }, pauseMilliseconds);
    restarts.add(timer);
    pauseMilliseconds = Math.min(2 * pauseMilliseconds, pauses.longestMilliseconds);
  }

  async function stopAll(): Promise<void> {
    isStopping = true;
    started.resolve('');
    for (const timer of restarts) clearTimeout(timer);
    const ended = [...states].map(([worker, state]) => {
      const exited = once(worker, 'exit');
      if (state === 'forked') {
        // It has begun nothing, and does not hear yet; if it does by now, it says so, and is told then.
        worker.process.kill('SIGTERM');
      } else {
        send(worker, { type: 'stop' });
      }
      return exited;
    });
    await Promise.all(ended);
    if (endedBadly) throw new Error('A process did not end well.');
  }

  return {
    start() {
      // Numbers that JSON cannot write, such as infinity, are among the metrics.
      cluster.setupPrimary({ serialization: 'advanced' });
      // Where the kernel does not spread connections; Windows would otherwise give them to whoever is first.
      cluster.schedulingPolicy = cluster.SCHED_RR;
      for (let forked = 0; forked < count; forked++) fork();
      return started.promise;
    },
    tell(reports) {
      for (const report of reports) models.set(report.model, report);
      for (const worker of up()) send(worker, { type: 'models', reports });
    },
    stop: () => (stopped ??= stopAll()),
  };
}
