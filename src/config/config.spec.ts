import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Config, ConfigError, loadConfig } from './config.js';

const key = Buffer.alloc(32, 5).toString('base64');

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('nothing set serves this machine only, with everything in ./data', () => {
  expect(loadConfig({ PATH: '/bin', COMPASS_HOST: '', COMPASS_TEST_ANYTHING: '1' })).toEqual({
    host: '127.0.0.1',
    httpPort: 8080,
    grpcPort: 50_051,
    processesCount: 1,
    dataDirectory: join(process.cwd(), 'data'),
    databaseUrl: undefined,
    eventStoreUrl: undefined,
    eventStorePrefix: undefined,
    masterKey: undefined,
    masterKeyFile: undefined,
    retiredMasterKeys: [],
    publicUrl: undefined,
    signUp: 'open',
    topUp: 'team',
    supportContact: undefined,
    mail: undefined,
    trustedProxies: [],
    verifyMaxStalenessSeconds: 30,
    logLevel: 'info',
  } satisfies Config);
});

test('reads every setting', () => {
  const config = loadConfig({
    COMPASS_HOST: '0.0.0.0',
    COMPASS_HTTP_PORT: '0',
    COMPASS_GRPC_PORT: '0',
    COMPASS_PROCESSES: '4',
    COMPASS_DATA_DIR: '/var/lib/keys/',
    COMPASS_DATABASE_URL: 'postgres://u:p@db.example.com/compass',
    COMPASS_EVENTSTORE_URL: 'esdb://u:p@h1:2113,h2:2113,h3?tls=true',
    COMPASS_EVENTSTORE_PREFIX: 'staging_2',
    COMPASS_MASTER_KEY: key,
    COMPASS_MASTER_KEYS_RETIRED: `${key}, ${key}`,
    COMPASS_PUBLIC_URL: 'https://keys.example.com/',
    COMPASS_SIGN_UP: 'closed',
    COMPASS_TOP_UP: 'team',
    COMPASS_SUPPORT_CONTACT: 'Call us: +41 44 000 00 00',
    COMPASS_SMTP_URL: 'smtp://127.0.0.1:2525',
    COMPASS_MAIL_FROM: 'keys@example.com',
    COMPASS_TRUSTED_PROXIES: '10.0.0.0/8, ::1,192.168.1.1',
    COMPASS_VERIFY_MAX_STALENESS_SECONDS: '5',
    COMPASS_LOG_LEVEL: 'debug',
  });
  expect(config).toEqual({
    host: '0.0.0.0',
    httpPort: 0,
    grpcPort: 0,
    processesCount: 4,
    dataDirectory: '/var/lib/keys',
    databaseUrl: 'postgres://u:p@db.example.com/compass',
    eventStoreUrl: 'esdb://u:p@h1:2113,h2:2113,h3?tls=true',
    eventStorePrefix: 'staging_2',
    masterKey: Buffer.alloc(32, 5),
    masterKeyFile: undefined,
    retiredMasterKeys: [Buffer.alloc(32, 5), Buffer.alloc(32, 5)],
    publicUrl: 'https://keys.example.com',
    signUp: 'closed',
    topUp: 'team',
    supportContact: 'Call us: +41 44 000 00 00',
    mail: { smtpUrl: 'smtp://127.0.0.1:2525', from: 'keys@example.com' },
    trustedProxies: ['10.0.0.0/8', '::1', '192.168.1.1'],
    verifyMaxStalenessSeconds: 5,
    logLevel: 'debug',
  });
  expect(Object.isFrozen(config) && Object.isFrozen(config.trustedProxies)).toBe(true);
});

test.each([
  ['127.0.0.1', 'open', 'team'],
  ['127.1.2.3', 'open', 'team'],
  ['::1', 'open', 'team'],
  ['localhost', 'open', 'team'],
  ['0.0.0.0', 'invite', 'operator'],
  ['::', 'invite', 'operator'],
  ['keys.example.com', 'invite', 'operator'],
  ['127.0.0.1.example.com', 'invite', 'operator'],
])('on %s sign-up is %s, and top-ups are of the %s, where nothing is said', (host, signUp, topUp) => {
  expect(loadConfig({ COMPASS_HOST: host })).toMatchObject({ signUp, topUp });
});

test('auto is a process for each processor, up to 16', () => {
  const { processesCount } = loadConfig({ COMPASS_PROCESSES: 'auto' });
  expect(processesCount).toBe(Math.min(availableParallelism(), 16));
});

test('says everything that is wrong at once', () => {
  expect(
    problemsOf({
      COMPASS_HTTP_PORT: '80a',
      COMPASS_SIGN_UP: 'Open',
      COMPASS_MASTER_KEY: 'short',
      COMPASS_MASTER_KEY_FILE: '/key',
      COMPASS_HTP_PORT: '1',
    }),
  ).toEqual([
    'COMPASS_HTTP_PORT is "80a", but it must be a port number from 0 to 65535 (0: any free one), for example 8080.',
    'What COMPASS_MASTER_KEY holds (not shown here) must be 32 bytes in base64, for example the output of openssl rand -base64 32.',
    'COMPASS_SIGN_UP is "Open", but it must be open, invite or closed, for example invite.',
    'COMPASS_HTP_PORT is no setting of Compass Keys. Did you mean COMPASS_HTTP_PORT?',
    'COMPASS_MASTER_KEY and COMPASS_MASTER_KEY_FILE are both given; keep one of them.',
  ]);
});

test.each([
  ['COMPASS_HOST', ['a b', 'http://x', '-x']],
  ['COMPASS_HTTP_PORT', ['-1', '65536', '1e3', ' 80', '0x50', '08', '8.0']],
  ['COMPASS_PROCESSES', ['0', '17', '-1', '1.5', 'Auto', 'all']],
  ['COMPASS_DATABASE_URL', ['mysql://h/d', 'db.example.com', 'postgres:///compass']],
  ['COMPASS_EVENTSTORE_URL', ['h:2113', 'http://h:2113', 'esdb://', 'esdb://h,', 'esdb:// h']],
  ['COMPASS_PUBLIC_URL', ['keys.example.com', 'https://x.org/path', 'https://u@x.org', 'ftp://x.org']],
  ['COMPASS_TRUSTED_PROXIES', ['10.0.0.0/33', '10.0.0', '::1/129', '::1,,::2', '1.2.3.4/8/8', 'proxy']],
  ['COMPASS_MASTER_KEYS_RETIRED', [`${key},`, 'x', `${key}${key}`]],
  ['COMPASS_VERIFY_MAX_STALENESS_SECONDS', ['0', '3601', '30s', '1.5']],
  ['COMPASS_SUPPORT_CONTACT', ['a\nb', 'x'.repeat(501)]],
  ['COMPASS_LOG_LEVEL', ['INFO', 'verbose']],
])('%s is strict', (name, texts) => {
  for (const text of texts) {
    expect(problemsOf({ COMPASS_MASTER_KEY: key, [name]: text })).toEqual([expect.stringContaining(name)]);
  }
});

test('secrets are not repeated, whatever is wrong with them', () => {
  const env = {
    COMPASS_DATABASE_URL: 'mysql://u:hunter2@h/d',
    COMPASS_EVENTSTORE_URL: 'http://u:hunter2@h',
    COMPASS_MASTER_KEY: 'hunter2',
    COMPASS_MASTER_KEYS_RETIRED: 'hunter2',
    COMPASS_MASTER_KEYY: 'hunter2',
  };
  expect(problemsOf(env)).toHaveLength(5);
  expect(() => loadConfig(env)).not.toThrow('hunter2');
});

test('a database of yours needs a master key of yours', () => {
  const env = { COMPASS_DATABASE_URL: 'postgres://h/d' };
  expect(problemsOf(env)).toEqual([
    expect.stringContaining('COMPASS_MASTER_KEY or COMPASS_MASTER_KEY_FILE must be too'),
  ]);
  expect(problemsOf({ ...env, COMPASS_MASTER_KEY_FILE: '/run/secrets/key' })).toEqual([]);
});

test('the two servers do not share a port', () => {
  expect(problemsOf({ COMPASS_HTTP_PORT: '50051' })).toEqual([
    'COMPASS_HTTP_PORT and COMPASS_GRPC_PORT must differ, but both are 50051.',
  ]);
});
