import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Scene } from './fault.js';
import { writable } from './probe.js';

const patienceMilliseconds = 60_000;

export async function untilWritable({ world, tally }: Scene): Promise<void> {
  await Promise.all(
    world.services.map(async ({ name }, at) => {
      const { isBack, lastAnswers } = await writable(world, at, patienceMilliseconds);
      tally.check('back', isBack, () => `${name} does not come back: ${lastAnswers.join(', ')}`);
    }),
  );
}

/** One of the two processes stands still for a while, as on a machine that is moved. */
export const pauseService: Fault = async (scene) => {
  const service = scene.chance.pick(scene.world.services);
  service.signal('SIGSTOP');
  await sleep(scene.pauseSeconds * 1_000);
  service.signal('SIGCONT');
  await untilWritable(scene);
};

/** Postgres takes connections and does not answer. */
export const pausePostgres: Fault = async (scene) => {
  scene.world.postgres.signal('SIGSTOP');
  await sleep(scene.pauseSeconds * 1_000);
  scene.world.postgres.signal('SIGCONT');
  await untilWritable(scene);
};
