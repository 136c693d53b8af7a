import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Fault, Scene } from './fault.js';
import { untilWritable } from './pauses.js';

/** Requests reach a process and are carried out, but their answers get lost. */
export const dropReplies: Fault = async (scene) => {
  const front = scene.chance.pick(scene.world.fronts);
  front.dropReplies();
  await sleep(scene.chance.between(300, 1_000));
  front.open();
  await untilWritable(scene);
};

/** The way between a process and the database breaks, and is there again after a while. */
export const cutDatabase: Fault = async (scene) => {
  const { databaseGate } = scene.world;
  databaseGate.cut();
  await sleep(scene.pauseSeconds * 1_000);
  databaseGate.open();
  await untilWritable(scene);
};

/** Statements reach the database and are carried out, but it is never told. */
export const dropDatabaseReplies: Fault = async (scene) => {
  const { databaseGate } = scene.world;
  databaseGate.dropReplies();
  await sleep(scene.chance.between(300, 1_000));
  databaseGate.open();
  await untilWritable(scene);
};

/** Nobody is told any more that the log has grown. */
export const cutListeners: Fault = (scene) =>
  withClient(scene, async (client) => {
    const statement = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'compass-log-listener'`;
    for (let times = 0; times < 3; times++) {
      await client.query(statement);
      await sleep(scene.chance.between(50, 300));
    }
  });

/** Followers get old events again in any order, and are told of heads that were long ago, twice, or are none. */
export const disorderDelivery: Fault = (scene) =>
  withClient(scene, async (client) => {
    const { services } = scene.world;
    for (const service of services) service.pull({ isDeliveryDisordered: true });
    const { rows } = await client.query<{ position: string }>('select position from log.head');
    const head = Number(rows[0]?.position ?? 0);
    const until = performance.now() + scene.pauseSeconds * 1_000;
    while (performance.now() < until) {
      const old = String(scene.chance.between(0, head));
      const payload = scene.chance.pick([old, old, '', 'nothing', '-1', '1e9', String(head + 1_000_000)]);
      await client.query("select pg_notify('compass_log', $1)", [payload]);
      await sleep(5);
    }
    for (const service of services) service.pull({ isDeliveryDisordered: false });
  });

async function withClient(scene: Scene, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: scene.world.postgres.url() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
