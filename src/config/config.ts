import { resolve } from 'node:path';
import { type Given, type Setting, settings } from './settings.js';
import { nearest } from './spelling.js';

/** The settings of the service, complete and checked. */
export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly httpPort: number;
  readonly grpcPort: number;
  /** How many processes serve, at least 1. */
  readonly processesCount: number;
  /** Absolute. */
  readonly dataDirectory: string;
  /** Undefined: the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Where the log is; undefined: in the database. */
  readonly eventStoreUrl: string | undefined;
  /** Of the streams there; undefined: all of them are ours. */
  readonly eventStorePrefix: string | undefined;
  /** 32 bytes; undefined: in `masterKeyFile`, or kept in the data directory. */
  readonly masterKey: Buffer | undefined;
  readonly masterKeyFile: string | undefined;
  /** Keys of earlier times, 32 bytes each, which open but do not seal. */
  readonly retiredMasterKeys: readonly Buffer[];
  /** An origin such as `https://keys.example.com`. */
  readonly publicUrl: string | undefined;
  readonly signUp: 'open' | 'invite' | 'closed';
  /** Who may say that money came into a wallet: operators alone, or a team's owners and admins too. */
  readonly topUp: 'operator' | 'team';
  readonly supportContact: string | undefined;
  /** How mails are sent; undefined: not at all. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined;
  /** IP addresses and ranges in CIDR notation. */
  readonly trustedProxies: readonly string[];
  readonly verifyMaxStalenessSeconds: number;
  readonly logLevel: NonNullable<Given['logLevel']>;
}

/** Settings that cannot be used; every one of them, in words fit for the terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * Reads the settings from the environment. An empty variable counts as absent.
 * @returns frozen
 * @throws ConfigError that lists all problems at once
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const present = Object.entries(env).filter(([name, text]) => name.startsWith('COMPASS_') && text !== '');
  const texts = new Map(present.map(([name, text]) => [name, text ?? '']));
  const { given, problems } = readAll(texts);
  problems.push(...findUnknown([...texts.keys()]), ...findConflicts(given, texts));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(complete(given));
}

function readAll(texts: ReadonlyMap<string, string>): { given: Given; problems: string[] } {
  const given: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
    const text = texts.get(setting.name);
    if (text === undefined) continue;
    given[key] = setting.parse(text);
    if (given[key] === undefined) problems.push(explain(setting, text));
  }
  return { given, problems };
}

function explain({ name, rule, example, isSecret }: Setting<unknown>, text: string): string {
  const what = isSecret
    ? `What ${name} holds (not shown here)`
    : `${name} is ${JSON.stringify(text)}, but it`;
  return `${what} must be ${rule}, for example ${example}.`;
}

/** A mistyped name would otherwise be a setting silently ignored. */
function findUnknown(names: readonly string[]): string[] {
  const known: readonly string[] = Object.values(settings).map(({ name }) => name);
  return names
    .filter((name) => !known.includes(name) && !name.startsWith('COMPASS_TEST_'))
    .map((name) => `${name} is no setting of Compass Keys. Did you mean ${nearest(name, known)}?`);
}

/** By what was given, right or wrong, so that correcting one thing does not bring up the next. */
function findConflicts(given: Given, texts: ReadonlyMap<string, string>): string[] {
  const isGiven = (key: keyof typeof settings): boolean => texts.has(settings[key].name);
  const problems: string[] = [];
  if (isGiven('masterKey') && isGiven('masterKeyFile')) {
    problems.push('COMPASS_MASTER_KEY and COMPASS_MASTER_KEY_FILE are both given; keep one of them.');
  }
  if (isGiven('databaseUrl') && !isGiven('masterKey') && !isGiven('masterKeyFile')) {
    problems.push(
      'COMPASS_DATABASE_URL is given, so COMPASS_MASTER_KEY or COMPASS_MASTER_KEY_FILE must be too: ' +
        '32 bytes in base64, for example the output of openssl rand -base64 32. Keep it apart from the database.',
    );
  }
  if (isGiven('eventStorePrefix') && !isGiven('eventStoreUrl')) {
    problems.push('COMPASS_EVENTSTORE_PREFIX is given, so COMPASS_EVENTSTORE_URL must be too.');
  }
  if (isGiven('smtpUrl') !== isGiven('mailFrom')) {
    problems.push(
      'COMPASS_SMTP_URL and COMPASS_MAIL_FROM are needed together; give both of them, or neither.',
    );
  }
  const { httpPort = defaults.httpPort, grpcPort = defaults.grpcPort } = given;
  if (httpPort === grpcPort && httpPort !== 0) {
    problems.push(`COMPASS_HTTP_PORT and COMPASS_GRPC_PORT must differ, but both are ${httpPort}.`);
  }
  return problems;
}

const defaults = { host: '127.0.0.1', httpPort: 8080, grpcPort: 50_051 } as const;

function complete(given: Given): Config {
  const host = given.host ?? defaults.host;
  return {
    host,
    httpPort: given.httpPort ?? defaults.httpPort,
    grpcPort: given.grpcPort ?? defaults.grpcPort,
    processesCount: given.processesCount ?? 1,
    dataDirectory: given.dataDirectory ?? resolve('data'),
    databaseUrl: given.databaseUrl,
    eventStoreUrl: given.eventStoreUrl,
    eventStorePrefix: given.eventStorePrefix,
    masterKey: given.masterKey,
    masterKeyFile: given.masterKeyFile,
    retiredMasterKeys: given.retiredMasterKeys ?? Object.freeze([]),
    publicUrl: given.publicUrl,
    signUp: given.signUp ?? (isLoopback(host) ? 'open' : 'invite'),
    topUp: given.topUp ?? (isLoopback(host) ? 'team' : 'operator'),
    supportContact: given.supportContact,
    mail: given.smtpUrl && given.mailFrom ? { smtpUrl: given.smtpUrl, from: given.mailFrom } : undefined,
    trustedProxies: given.trustedProxies ?? Object.freeze([]),
    verifyMaxStalenessSeconds: given.verifyMaxStalenessSeconds ?? 30,
    logLevel: given.logLevel ?? 'info',
  };
}

/** Whether only this machine can reach a server that listens there. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
