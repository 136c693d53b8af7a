import { randomBytes } from 'node:crypto';
import { loadServer, perSecond, type Round, summarise } from './http-load.js';
import { type Inserts, perSecond as insertsPerSecond, prepareInserts } from './inserts.js';
import type { Calls } from './load.js';
import type { Population } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';
import { startWithKeys } from './verify.js';

const keysCount = 10_000;
const callers = 64;
const rounds = 5;
const roundSeconds = 3;

/**
 * Commands over HTTP by 64 callers, each of which waits until verification and the read models have its change,
 * beside 64 callers who insert one event each. And a key as it was, beside the same key as it is.
 */
export async function benchWrites(stage: Stage): Promise<BenchRow[]> {
  const { url, databaseUrl, population } = await startWithKeys(stage, 'writes', keysCount);
  // As large as what a command makes of a key: two events.
  const event = { type: 'KeyRevoked', data: randomBytes(500), metadata: randomBytes(400) };
  const inserts = await prepareInserts(databaseUrl, callers, event);
  stage.defer(inserts.close);
  const asOf = new Date().toISOString();
  const { create, rotate, read, readAsOf } = callsOf(population, asOf);
  const load = (calls: Calls) =>
    loadServer(stage, url, calls, { connections: callers, seconds: roundSeconds, warmUpSeconds: 5 });
  const beside = async (name: string, calls: Calls, target?: number): Promise<BenchRow> => {
    stage.tell(`  ${name}.`);
    const service = await load(calls);
    const measured = await inTurns(rounds, { ours: service.round, limit: () => insert(inserts) });
    return rowOf(`${name} over HTTP, ${callers} callers, beside single inserts`, measured, target);
  };
  const rows = [await beside('create key', create, 0.25), await beside('rotate key', rotate)];
  stage.tell('  as of.');
  const [then, now] = [await load(readAsOf), await load(read)];
  const past = await inTurns(rounds, { ours: then.round, limit: now.round });
  return [
    ...rows,
    {
      name: 'a key as of an instant, beside the key as it is',
      ...compare(perSecond(past.ours), perSecond(past.limit)),
      unit: 'requests/s',
      limitedBy: 'one core: the instant is looked up, the stream read, opened and folded',
      notes: [`as of: ${summarise(past.ours)}.`, `a key as it is: ${summarise(past.limit)}.`],
    },
  ];
}

function callsOf({ manager: secret, keys }: Population, asOf: string) {
  const paths = (rest: string) => keys.map(({ keyId }) => `/v1/keys/${keyId}${rest}`);
  const reading = { method: 'GET', secret, status: 200, text: '"maskedSecret"' } as const;
  const writing = { method: 'POST', secret, text: '"secret":"cks_' } as const;
  return {
    create: { ...writing, paths: ['/v1/keys'], bodies: ['{"name":"bench"}'], status: 201 },
    rotate: { ...writing, paths: paths('/rotate'), bodies: ['{}'], status: 200 },
    read: { ...reading, paths: paths('') },
    readAsOf: { ...reading, paths: paths(`?asOf=${asOf}`) },
  } satisfies Record<string, Calls>;
}

function insert(inserts: Inserts): Promise<number> {
  return insertsPerSecond(inserts.insert, callers, roundSeconds);
}

function rowOf(
  name: string,
  measured: { readonly ours: readonly Round[]; readonly limit: readonly number[] },
  target?: number,
): BenchRow {
  return {
    name,
    ...compare(perSecond(measured.ours), measured.limit),
    unit: 'writes/s',
    ...(target && { target }),
    limitedBy: 'two cores: the service on one, its read models and Postgres on the other',
    notes: [`${name}: ${summarise(measured.ours)}.`],
  };
}
