import {
  addressRange,
  databaseUrl,
  eventStorePrefix,
  eventStoreUrl,
  host,
  key32,
  line,
  listOf,
  mailAddress,
  oneOf,
  origin,
  type Parser,
  path,
  processesCount,
  smtpUrl,
  wholeNumber,
} from './parsers.js';

/** One environment variable: how it is read, and the words for whoever gets it wrong. */
export interface Setting<Value> {
  readonly name: `COMPASS_${string}`;
  readonly parse: Parser<Value>;
  /** Goes on after "must be". */
  readonly rule: string;
  readonly example: string;
  /** Never shown, not even when it is wrong. */
  readonly isSecret?: boolean;
}

const port = wholeNumber(0, 65_535);
const portRule = 'a port number from 0 to 65535 (0: any free one)';
/** Each keeps all keys in memory, and up to 32 connections to the database. */
const processesMax = 16;
const keyRule = '32 bytes in base64';
const keyExample = 'the output of openssl rand -base64 32';

/** Every setting there is, by its name in the configuration. */
export const settings = {
  host: {
    name: 'COMPASS_HOST',
    parse: host,
    rule: 'an IP address or host name of this machine to listen on',
    example: '0.0.0.0',
  },
  httpPort: { name: 'COMPASS_HTTP_PORT', parse: port, rule: portRule, example: '8080' },
  grpcPort: { name: 'COMPASS_GRPC_PORT', parse: port, rule: portRule, example: '50051' },
  processesCount: {
    name: 'COMPASS_PROCESSES',
    parse: processesCount(processesMax),
    rule: `a whole number from 1 to ${processesMax}, or auto`,
    example: 'auto',
  },
  dataDirectory: { name: 'COMPASS_DATA_DIR', parse: path, rule: 'a directory', example: './data' },
  databaseUrl: {
    name: 'COMPASS_DATABASE_URL',
    parse: databaseUrl,
    rule: 'the address of a PostgreSQL database',
    example: 'postgres://user:password@db.example.com:5432/compass',
    isSecret: true,
  },
  eventStoreUrl: {
    name: 'COMPASS_EVENTSTORE_URL',
    parse: eventStoreUrl,
    rule: 'the address of an EventStoreDB, as its own clients take it',
    example: 'esdb://user:password@node1:2113,node2:2113,node3:2113?tls=true',
    isSecret: true,
  },
  eventStorePrefix: {
    name: 'COMPASS_EVENTSTORE_PREFIX',
    parse: eventStorePrefix,
    rule: 'at most 50 letters, digits and underscores',
    example: 'compass',
  },
  masterKey: {
    name: 'COMPASS_MASTER_KEY',
    parse: key32,
    rule: keyRule,
    example: keyExample,
    isSecret: true,
  },
  masterKeyFile: {
    name: 'COMPASS_MASTER_KEY_FILE',
    parse: path,
    rule: `a file that holds ${keyRule}`,
    example: '/run/secrets/compass-master-key',
  },
  retiredMasterKeys: {
    name: 'COMPASS_MASTER_KEYS_RETIRED',
    parse: listOf(key32),
    rule: `${keyRule} each, separated by commas`,
    example: keyExample,
    isSecret: true,
  },
  publicUrl: {
    name: 'COMPASS_PUBLIC_URL',
    parse: origin,
    rule: 'an http or https address without a path',
    example: 'https://keys.example.com',
  },
  signUp: {
    name: 'COMPASS_SIGN_UP',
    parse: oneOf('open', 'invite', 'closed'),
    rule: 'open, invite or closed',
    example: 'invite',
  },
  topUp: {
    name: 'COMPASS_TOP_UP',
    parse: oneOf('operator', 'team'),
    rule: 'operator or team',
    example: 'team',
  },
  supportContact: {
    name: 'COMPASS_SUPPORT_CONTACT',
    parse: line,
    rule: 'one line of at most 500 characters',
    example: 'keys@example.com',
  },
  smtpUrl: {
    name: 'COMPASS_SMTP_URL',
    parse: smtpUrl,
    rule: 'the address of a mail server',
    example: 'smtps://user:password@mail.example.com',
    isSecret: true,
  },
  mailFrom: {
    name: 'COMPASS_MAIL_FROM',
    parse: mailAddress,
    rule: 'a mail address',
    example: 'keys@example.com',
  },
  trustedProxies: {
    name: 'COMPASS_TRUSTED_PROXIES',
    parse: listOf(addressRange),
    rule: 'IP addresses or ranges, separated by commas',
    example: '10.0.0.0/8,::1',
  },
  verifyMaxStalenessSeconds: {
    name: 'COMPASS_VERIFY_MAX_STALENESS_SECONDS',
    parse: wholeNumber(1, 3600),
    rule: 'a whole number of seconds from 1 to 3600',
    example: '30',
  },
  logLevel: {
    name: 'COMPASS_LOG_LEVEL',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    rule: 'fatal, error, warn, info, debug, trace or silent',
    example: 'info',
  },
} as const satisfies Record<string, Setting<unknown>>;

/** What was given, read; undefined where nothing was. */
export type Given = {
  readonly [Key in keyof typeof settings]?: Exclude<ReturnType<(typeof settings)[Key]['parse']>, undefined>;
};
