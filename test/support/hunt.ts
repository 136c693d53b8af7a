import pg from 'pg';
import type { Config } from '../../src/config/config.js';
import { createEventStoreDbEventStore } from '../../src/event-store/eventstoredb/index.js';
import { start } from '../../src/event-store/port.js';
import { findIn, type Secrets, secretsIn } from './secrets.js';

interface Hunted {
  /** Of the service, which has a database of its own. */
  readonly config: Config;
  readonly secrets: Secrets;
  /** Log lines and whatever else a process wrote. */
  readonly output: string;
  /** All answers that clients got, each as one text. */
  readonly answers: readonly string[];
}

/**
 * Looks for everything that was remembered wherever it does not belong.
 * @returns a sentence for each find; none when all is well
 */
export async function hunt({ config, secrets, output, answers }: Hunted): Promise<string[]> {
  const tables = await readTables(config);
  const finds = [...tables].flatMap(([table, text]) => {
    const isOfSessions = table === 'accounts.sessions';
    const wanted = secrets.of('secret', 'password', ...(isOfSessions ? [] : ['session' as const]));
    const personal = table === 'log.events' ? findIn(text, secrets.of('personal')) : [];
    return [...secretsIn(text), ...findIn(text, wanted), ...personal].map((one) => `${one} in ${table}`);
  });
  const inOutput = [...secretsIn(output), ...findIn(output, secrets.of('secret', 'password', 'session'))];
  return [...finds, ...inOutput.map((one) => `${one} in the output`), ...repeatsIn(answers, secrets)];
}

/** Each secret stands in one answer, the one that made it; a password in none. */
function repeatsIn(answers: readonly string[], secrets: Secrets): string[] {
  const seen = new Set<string>();
  return answers.flatMap((answer) => {
    const repeated = secretsIn(answer).filter((secret) => seen.has(secret));
    for (const secret of secretsIn(answer)) seen.add(secret);
    return [...repeated, ...findIn(answer, secrets.of('password'))].map(
      (one) => `${one} in the answer ${answer.slice(0, 200)}`,
    );
  });
}

/**
 * Every table of every schema that is ours, all of its rows as one text; bytes as the text they hold. A log that is
 * elsewhere stands in the place of the table that it would be.
 */
export async function readTables(config: Config): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: config.databaseUrl, application_name: 'hunt' });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; columns: string }>(
      `select format('%I.%I', table_schema, table_name) as name, string_agg(
         format(case data_type when 'bytea' then '%I' else '%I::text' end, column_name), ', ') as columns
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
       group by 1`,
    );
    const texts = new Map<string, string>();
    for (const { name, columns } of tables) {
      const statement = { text: `select ${columns} from ${name}`, rowMode: 'array' };
      const { rows } = await client.query<(Buffer | string | null)[]>(statement);
      // Bytes become the text they hold.
      texts.set(name, rows.map((row) => row.map(String).join(' ')).join('\n'));
    }
    if (config.eventStoreUrl !== undefined)
      texts.set('log.events', await readLog(config.eventStoreUrl, config));
    return texts;
  } finally {
    await client.end();
  }
}

async function readLog(url: string, { eventStorePrefix: prefix }: Config): Promise<string> {
  const store = createEventStoreDbEventStore({ url, prefix });
  const lines: string[] = [];
  const { signal } = new AbortController();
  for await (const { events, caughtUp } of store.follow({ after: start, signal, alone: true })) {
    for (const { stream, type, data, metadata } of events) {
      lines.push(
        [stream, type, ...[data, metadata].map((bytes) => Buffer.from(bytes))].map(String).join(' '),
      );
    }
    if (caughtUp) break;
  }
  await store.close();
  return lines.join('\n');
}
