import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import pg from 'pg';
import { cpuMetric, listen, onBody } from './plain-server.js';
import type { Population } from './population.js';
import { answerQuestions } from './workers.js';

export interface PeerOrder {
  /** Of an empty database. */
  readonly databaseUrl: string;
  readonly keys: Population['keys'];
}

/**
 * What a team would pick that keeps its keys in its own service: the API-key plugin of better-auth behind
 * node:http, keys and rights as ours. Its limit of ten calls a day is off, and it is not asked who asks.
 */
answerQuestions(async ({ databaseUrl, keys }: PeerOrder): Promise<string> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
  const options = {
    baseURL: 'http://127.0.0.1',
    secret: randomUUID(),
    database: pool,
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    plugins: [apiKey({ rateLimit: { enabled: false } })],
  };
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);
  const person = { email: 'ada@example.com', password: randomUUID(), name: 'Ada' };
  const { user } = await auth.api.signUpEmail({ body: person });
  await auth.api.createApiKey({ body: { userId: user.id, permissions: { models: ['train'] } } });
  await copyKeys(pool, keys);
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end(cpuMetric());
    onBody(request, (text) => {
      const { key } = JSON.parse(text) as { key: string };
      void auth.api.verifyApiKey({ body: { key, permissions: { models: ['train'] } } }).then((verdict) => {
        const body = JSON.stringify({ allowed: verdict.valid, ...verdict });
        const length = Buffer.byteLength(body);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
        response.end(body);
      });
    });
  });
  return listen(server);
});

/** Many like the one that it has made itself: creating each would take longer than all that is measured. */
async function copyKeys(pool: pg.Pool, keys: Population['keys']): Promise<void> {
  await pool.query(
    `insert into apikey select (jsonb_populate_record(made, jsonb_build_object('id', k.id, 'key', k.key))).*
     from apikey as made, unnest($1::text[], $2::text[]) as k (id, key)`,
    [
      keys.map(({ keyId }) => keyId),
      keys.map(({ secret }) => createHash('sha256').update(secret).digest('base64url')),
    ],
  );
  await pool.query('vacuum analyze apikey');
}
