import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { createPostgresEventStore, migrations } from '../src/event-store/postgres/index.js';
import { migrate } from '../src/platform/migrate.js';
import { perSecond, prepareInserts } from './inserts.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';

const rounds = 5;
const roundSeconds = 1;
/** By how many callers, and what is asked of it. */
const sizes = [{ callers: 1 }, { callers: 16 }, { callers: 64, target: 2 }, { callers: 256, target: 2.5 }];
/** Of the connections that Postgres takes, those that are left. */
const connectionsMax = 90;

/**
 * Appends of one event to new streams by many callers at once, each waiting for its answer, beside the same
 * callers inserting the same event into a table of the same shape, one statement each, through a pool of as
 * many connections. They take turns, so that both meet the same machine.
 */
export async function benchAppends({ makeDatabase, tell, defer }: Stage): Promise<BenchRow[]> {
  const url = await makeDatabase('appends');
  const migrating = new pg.Pool({ connectionString: url });
  await migrate(migrating, { schema: 'log', migrations });
  await migrating.end();
  const store = createPostgresEventStore({ url });
  defer(store.close);
  const event = { type: 'KeyRevoked', data: randomBytes(500), metadata: randomBytes(400) };
  const append = (stream: string) => store.append(stream, 0n, [{ id: randomUUID(), ...event }]);
  const rows: BenchRow[] = [];
  for (const { callers, target } of sizes) {
    tell(`  ${callers} callers.`);
    const connections = Math.min(callers, connectionsMax);
    const inserts = await prepareInserts(url, connections, event);
    try {
      await perSecond(append, callers, 1);
      await perSecond(inserts.insert, callers, 1);
      const measured = await inTurns(rounds, {
        ours: () => perSecond(append, callers, roundSeconds),
        limit: () => perSecond(inserts.insert, callers, roundSeconds),
      });
      rows.push({
        name: `appends, ${callers} callers, beside single inserts`,
        ...compare(measured.ours, measured.limit),
        unit: 'events/s',
        ...(target && { target }),
        limitedBy:
          callers === 1
            ? 'one round trip and one commit each'
            : 'both cores: this process encoding groups, Postgres inserting them',
        notes: connections < callers ? [`${callers} callers insert through ${connections} connections.`] : [],
      });
    } finally {
      await inserts.close();
    }
  }
  return rows;
}
