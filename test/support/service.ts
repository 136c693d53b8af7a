import { createHash } from 'node:crypto';
import { type Config, loadConfig } from '../../src/config/config.js';
import type { Clock } from '../../src/platform/clock.js';
import { createLog } from '../../src/platform/log.js';
import { startService } from '../../src/service.js';
// Loaded beforehand: within Jest that takes seconds, in which connections that are being made would time out.
import '../../src/serving.js';
import { createTestDatabase } from './database.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { hunt } from './hunt.js';
import { onPostgres, withLog } from './log-place.js';
import { type Api, createApi } from './people.js';
import { createSecrets, type Secrets } from './secrets.js';

/** The real service in this process, on a database of its own. */
export interface TestService extends Api {
  readonly url: string;
  readonly databaseUrl: string;
  readonly config: Config;
  readonly secrets: Secrets;
  /** Everything it has logged. */
  log(): string;
  /** Stops it and hunts for what it was told in confidence. @throws Error that names every find */
  stop(): Promise<void>;
}

/** Everything that a first start makes, once for all tests of a run: that takes longer than the rest of a start. */
async function makeTables(url: string): Promise<void> {
  const service = await startService(configOf(url, onPostgres), createLog({ level: 'silent' }));
  await service.stop();
}

function configOf(databaseUrl: string, settings: Record<string, string>): Config {
  return loadConfig(
    withLog({
      COMPASS_DATABASE_URL: databaseUrl,
      // The same for all tests of a run, for they begin with the same key ring.
      COMPASS_MASTER_KEY: createHash('sha256').update(`${process.env.COMPASS_TEST_RUN}`).digest('base64'),
      COMPASS_HTTP_PORT: '0',
      ...settings,
    }),
  );
}

/**
 * @param settings environment variables in addition to those it needs
 * @param clock what the service takes for the time; absent: the time
 */
export async function startTestService(
  settings: Record<string, string> = {},
  clock?: Clock,
): Promise<TestService> {
  const database = await createTestDatabase({ template: 'service', prepare: makeTables });
  const lines: string[] = [];
  const config = configOf(database.url, settings);
  const log = createLog({ level: 'trace', destination: { write: (line) => void lines.push(line) } });
  const service = await startService(config, log, { clock });
  const secrets = createSecrets();
  const client: HttpClient = createHttpClient(service.url);
  const api = createApi(client, service.url, secrets);
  return {
    ...api,
    url: service.url,
    databaseUrl: database.url,
    config,
    secrets,
    log: () => lines.join(''),
    async stop() {
      client.close();
      await service.stop();
      const output = lines.join('');
      const finds = await hunt({ config, secrets, output, answers: api.answers() });
      await database.drop();
      if (finds.length > 0) throw new Error(`Found where it does not belong:\n${finds.join('\n')}`);
    },
  };
}
