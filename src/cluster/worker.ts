import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Followers } from '../../projections/runner/followers.js';
import type { ModelReport } from '../../projections/runner/status.js';
import type { Config } from '../config/config.js';
import type { Log } from '../platform/log.js';
import type { MetricsReport } from '../platform/metrics.js';
import { keepCompiled } from '../platform/program.js';
import { type Service, type Siblings, startService } from '../service.js';
import type { FromWorker, ToWorker } from './messages.js';

/** Before the primary gives up on all of them. */
const stopMilliseconds = 8_500;
/** Others that still start do not keep those waiting who want to stop. */
const othersMilliseconds = 1_000;
/** Without a primary nobody says when the others have stopped listening; they have been told at the same time. */
const orphanMilliseconds = 200;

/** Serves as one of several processes until the primary says so or is gone. */
export function serveAsWorker(config: Config, ownLog: Log): void {
  const log = ownLog.child({ process: cluster.worker?.id });
  const primary = connectToPrimary();
  // The primary hears them too, and stops all processes in an order in which no request gets lost.
  process.on('SIGTERM', () => undefined);
  process.on('SIGINT', () => undefined);
  primary.send({ type: 'up' });
  let service: Service | undefined;
  startService(config, log, { siblings: primary, openFollowers: () => primary.followers }).then(
    (started) => {
      service = started;
      primary.send({ type: 'serving', url: started.url });
      keepCompiled();
    },
    (error: unknown) => {
      const { message, code } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
      primary.send({ type: 'failed', message: message ?? String(error), code }, () => process.exit(1));
    },
  );
  void primary.stopAsked.then(async (isOrphan) => {
    setTimeout(() => process.exit(1), stopMilliseconds).unref();
    try {
      if (isOrphan) log.warn('The process that started this one is gone: stopping.');
      // One that only starts has nothing under way, and what it holds ends with it.
      await service?.stop(isOrphan ? 0 : undefined);
      process.exit(0);
    } catch (error) {
      log.fatal({ error }, 'This process did not stop cleanly.');
      process.exit(1);
    }
  });
}

interface Primary extends Siblings {
  /** @param then called when it is on its way, or when the primary is gone */
  send(message: FromWorker, then?: () => void): void;
  /** Resolves when this process must stop; to true when that is because the primary is gone. */
  readonly stopAsked: Promise<boolean>;
  /** Those of the primary, as it tells of them. */
  readonly followers: Followers;
}

function connectToPrimary(): Primary {
  const { promise: stopAsked, resolve: askToStop } = Promise.withResolvers<boolean>();
  const { promise: allClosed, resolve: tellAllClosed } = Promise.withResolvers<void>();
  const { promise: orphaned, resolve: becomeOrphan } = Promise.withResolvers<void>();
  const { promise: modelsTold, resolve: hearOfModels } = Promise.withResolvers<void>();
  const models = new Map<string, ModelReport>();
  let tellModels: (reports: readonly ModelReport[]) => void = () => undefined;
  const waiting = new Map<number, (text: string) => void>();
  let questionsCount = 0;
  let report: () => Promise<MetricsReport> = () => Promise.resolve([]);

  /** A primary that is gone is told of by its end. */
  function send(message: FromWorker, then: () => void = () => undefined): void {
    if (process.connected) process.send?.(message, undefined, undefined, then);
    else then();
  }

  process.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'stop':
        askToStop(false);
        break;
      case 'models':
        for (const report of message.reports) models.set(report.model, report);
        tellModels(message.reports);
        hearOfModels();
        break;
      case 'allClosed':
        tellAllClosed();
        break;
      case 'reportMetrics':
        void report().then((made) => send({ type: 'report', round: message.round, report: made }));
        break;
      case 'gathered':
        waiting.get(message.question)?.(message.text);
        waiting.delete(message.question);
        break;
    }
  });
  cluster.worker?.once('disconnect', () => {
    // Otherwise Node would end this process at once, whatever is under way.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
    becomeOrphan();
    askToStop(true);
  });

  return {
    send,
    stopAsked,
    followers: {
      async start(tell) {
        tell([...models.values()]);
        tellModels = tell;
        await modelsTold;
      },
      // They go on for the others.
      stop: () => Promise.resolve(),
    },
    async noneListens() {
      send({ type: 'closed' });
      await Promise.race([
        allClosed,
        orphaned.then(() => sleep(orphanMilliseconds)),
        sleep(othersMilliseconds, undefined, { ref: false }),
      ]);
    },
    metrics: {
      offer(given) {
        report = given;
      },
      print() {
        const question = ++questionsCount;
        return new Promise((resolve) => {
          waiting.set(question, resolve);
          send({ type: 'gather', question });
        });
      },
    },
  };
}
