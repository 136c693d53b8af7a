import { keysModel } from '../projections/keys/table.js';
import { readModels } from '../projections/models.js';
import { createFollowers, type Followers } from '../projections/runner/followers.js';
import type { RunnerOptions } from '../projections/runner/options.js';
import { createRunner } from '../projections/runner/runner.js';
import { createEntrance } from './api/http/accounts/entrance.js';
import { createHttpApp, type ListeningSiblings } from './api/http/app.js';
import { createVerifyServer } from './api/http/hot/verify-server.js';
import { stale } from './api/http/outages.js';
import { createPrincipals } from './api/http/principals.js';
import { AppModule } from './app.module.js';
import { teamDecider } from './application/deciders.js';
import { createExecutor } from './application/execute.js';
import { createLookups } from './application/lookups.js';
import { type Parts, ReadModelsBehind, VerificationBehind } from './application/parts.js';
import { onlyWithRightClock } from './application/right-clock.js';
import type { Config } from './config/config.js';
import type { Arrival } from './domain/key/events.js';
import { teamStream } from './domain/team/events.js';
import type { Position } from './event-store/port.js';
import { createHealth } from './health.js';
import { createAccounts } from './identity/accounts.js';
import { createSignInLimit } from './identity/sign-in-limit.js';
import type { Installation } from './installation.js';
import { createCalls } from './platform/calls.js';
import { type Clock, systemClock } from './platform/clock.js';
import { createClockCheck } from './platform/clock-check.js';
import { createCursors } from './platform/cursors.js';
import { createFrameworkLog } from './platform/framework-log.js';
import { newId } from './platform/ids.js';
import { createLinks } from './platform/links.js';
import type { Log } from './platform/log.js';
import { deriveKey } from './platform/master-key.js';
import type { Metrics, MetricsExchange } from './platform/metrics.js';
import { createProcessList } from './platform/process-list.js';
import { createReplies } from './platform/replies.js';
import { createSettledMails } from './platform/settled-mails.js';
import { createLapses } from './processes/lapses.js';
import { createNotices } from './processes/notices/notices.js';
import { createAccessIndex } from './verification/access-index.js';
import { createAuthenticator } from './verification/authenticator.js';
import { createEverywhere } from './verification/everywhere.js';
import { createAccessFeed } from './verification/feed.js';
import { loadIndex } from './verification/load.js';
import { createUseRecorder } from './verification/uses.js';

/** What serves by now. */
export interface Serving {
  /** Where it is reached, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Says that it will stop, to whoever asks whether it is ready. */
  announceStop(): void;
}

/** The other processes of the same service, which serve on the same port. */
export interface Siblings extends ListeningSiblings {
  readonly metrics: MetricsExchange;
}

/** Where a service runs. */
export interface Surroundings {
  /** Tests give theirs. */
  readonly clock?: Clock | undefined;
  /** Where this process is one of several, whose installation somebody else has prepared. */
  readonly siblings?: Siblings;
  /** Makes those who keep the read models, and stop with the service. Absent: they run in this thread. */
  readonly openFollowers?: (options: RunnerOptions) => Followers;
}

const indexTimeoutMilliseconds = 5_000;
const readModelsTimeoutMilliseconds = 2_000;

/** What a service stands on. */
interface Ground extends Surroundings {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly installation: Installation;
  /** Given, in the order in which the parts need each other, what undoes each; to be done the other way round. */
  readonly undo: (() => Promise<void>)[];
}

/**
 * Starts everything that serves on an installation.
 * @throws Error in words when it cannot start; what has been started by then can be undone
 */
export async function serve({
  config,
  log,
  metrics,
  installation,
  undo,
  clock = systemClock,
  siblings,
  openFollowers = createFollowers,
}: Ground): Promise<Serving> {
  const { databaseUrl, masterKey, pool, readDb, workPool, workDb, ledger } = installation;
  const processId = newId();
  const warn = (message: string, error?: unknown) => log.warn({ error }, message);
  const report = (error: unknown, requestId: string) =>
    log.error({ error, requestId }, 'A request failed because the service did.');

  const models = readModels;
  const connectionString = databaseUrl;
  const followers = openFollowers({ db: workDb, connectionString, ledger, models, clock, log });
  const runner = createRunner({ followers, models, db: readDb, clock });
  undo.push(() => runner.stop());
  const following = runner.start();
  // It is waited for below; until then nobody hears that it failed.
  following.catch(() => undefined);
  if (!(await runner.canBeAsked())) await following;

  const index = createAccessIndex();
  const everywhere = createEverywhere({
    processId,
    list: createProcessList({ db: readDb, processId, boundSeconds: config.verifyMaxStalenessSeconds }),
    calls: createCalls(workPool),
    feed: () => feed,
  });
  undo.push(() => everywhere.leave());
  const feed = createAccessFeed({
    ledger,
    index,
    load: () => loadIndex(workPool, index),
    announce: everywhere.announce,
    warn,
  });
  undo.push(() => feed.stop());
  // Loading waits for the database most of the time, and making what serves takes the processor.
  const knowing = feed.start();
  knowing.catch(() => undefined);

  const clockCheck = createClockCheck({ db: readDb, clock, warn });
  undo.push(() => clockCheck.stop());
  // Before anything that may write.
  await clockCheck.start();

  const uses = createUseRecorder({ ledger, clock, newId, processId, warn });
  undo.push(() => uses.stop());
  uses.start();

  const parts: Parts = {
    executor: onlyWithRightClock(createExecutor({ ledger, clock, newId }), clockCheck.isWrong),
    ledger,
    clock,
    newId,
    readDb,
    lookups: createLookups(readDb),
    settled,
    keysListed,
    everywhere: confirmed,
    links: createLinks({ db: readDb, key: deriveKey(masterKey, 'claim-links') }),
    sendsMail: config.mail !== undefined,
    teamsTopUp: config.topUp === 'team',
  };
  async function settled(position: Position): Promise<void> {
    const [isIndexed] = await arrivals(position, indexTimeoutMilliseconds);
    if (!isIndexed) throw new VerificationBehind();
  }
  async function keysListed(position: Position): Promise<void> {
    const timeoutMilliseconds = readModelsTimeoutMilliseconds;
    const models = [keysModel.name];
    if (!(await runner.waitFor(position, { timeoutMilliseconds, models }))) throw new ReadModelsBehind();
  }
  async function confirmed(position: Position, since: number): Promise<readonly Arrival[]> {
    const arrivals = await everywhere.reach(position, since);
    if (!arrivals) throw new VerificationBehind();
    return arrivals;
  }
  async function reached(position: Position): Promise<boolean> {
    return (await arrivals(position, readModelsTimeoutMilliseconds)).every(Boolean);
  }
  function arrivals(position: Position, indexMilliseconds: number): Promise<[boolean, boolean]> {
    return Promise.all([
      feed.waitFor(position, indexMilliseconds),
      runner.waitFor(position, { timeoutMilliseconds: readModelsTimeoutMilliseconds }),
    ]);
  }
  function requireFresh(): void {
    if (feed.stalenessSeconds() > config.verifyMaxStalenessSeconds) throw stale();
  }

  const replies = createReplies({
    db: readDb,
    sealKey: deriveKey(masterKey, 'replies'),
    markKey: deriveKey(masterKey, 'reply-marks'),
    warn,
  });
  undo.push(() => replies.stop());
  replies.start();

  const lapses = createLapses({ parts, warn });
  undo.push(() => lapses.stop());
  lapses.start();

  const { publicUrl, supportContact, trustedProxies } = config;
  const accounts = await createAccounts({
    pool,
    secret: deriveKey(masterKey, 'sessions'),
    baseUrl: publicUrl ?? `http://${config.host}:${config.httpPort}`,
    secureCookies: publicUrl?.startsWith('https:') ?? false,
    newId,
    report: (message, error) => log.warn(error, message),
  });
  const authenticator = createAuthenticator(index);
  const principals = createPrincipals({
    accounts,
    authenticator,
    uses,
    clock,
    publicUrl,
    isTeam: async (teamId) =>
      (await parts.executor.load(teamDecider, teamStream(teamId))).state !== undefined,
    requireFresh,
  });
  const limit = createSignInLimit({ clock });
  const entrance = createEntrance({
    accounts,
    limit,
    signUpMode: config.signUp,
    publicUrl,
    supportContact,
  });
  const health = createHealth({ feed, runner, config });
  metrics.gauge('compass_access_index_keys', 'Keys in the verification index.', index.keysCount);
  metrics.gauge(
    'compass_verification_staleness_seconds',
    'Age of what verification knows.',
    feed.stalenessSeconds,
  );
  metrics.gauge(
    'compass_clock_skew_seconds',
    "How far this process's clock is ahead of the database's.",
    clockCheck.skewSeconds,
  );
  metrics.gaugePer('compass_projection_lag_seconds', 'How far a read model is behind the log.', 'model', () =>
    runner.status().map(({ model, lagSeconds }) => [model, lagSeconds] as const),
  );

  const verifyServer = await createVerifyServer({
    index,
    uses,
    principals,
    clock,
    metrics,
    trustedProxies,
    report,
    requireFresh,
  });
  const app = await createHttpApp({
    module: AppModule.with({
      parts,
      arrival: { reached },
      replies,
      entrance,
      principals,
      cursors: createCursors(deriveKey(masterKey, 'cursors')),
      health,
      metrics,
    }),
    verifyServer,
    trustedProxies,
    report,
    log: createFrameworkLog(log),
    metrics,
    siblings,
    onRequest: (request) => log.info(request, 'request'),
  });
  undo.push(() => app.close());
  // Whoever waits here for other processes must not keep this one from ending.
  undo.push(() => everywhere.stop());
  everywhere.start();
  await Promise.all([knowing, following]);
  const url = await app.listen(config.host, config.httpPort);
  if (config.mail) {
    const { createMailer } = await import('./processes/notices/mailer.js');
    const mailer = createMailer(config.mail);
    const settledMails = createSettledMails(readDb);
    const baseUrl = publicUrl ?? url;
    const notices = createNotices({ parts, mailer, settled: settledMails, baseUrl, warn });
    undo.push(() => notices.stop());
    notices.start();
  }
  health.started();

  return { url, announceStop: health.stopping };
}
