import { type Measured, startStopwatch } from '../stopwatch.js';
import type { Fault, Scene } from './fault.js';
import { writable } from './probe.js';

const backMaxMilliseconds = 3_000;
const patienceMilliseconds = 60_000;

/** Waits until writes go through all processes again, and measures it for those that were harmed. */
async function comeBack({ world, tally, onBack }: Scene, watches: readonly Watch[]): Promise<void> {
  const waits = world.services.map(async ({ name }, at) => {
    const { isBack, lastAnswers } = await writable(world, at, patienceMilliseconds);
    const measured = watches.find((watch) => watch.at === at)?.stop();
    if (!measured) return;
    onBack(measured);
    const { elapsedMilliseconds, ownMilliseconds } = measured;
    const words = isBack
      ? `${name} took ${Math.round(ownMilliseconds)} ms of its own in ${Math.round(elapsedMilliseconds)}`
      : `${name} is not back; its last answers were ${lastAnswers.join(', ')}`;
    tally.check('back', isBack && ownMilliseconds <= backMaxMilliseconds, () => words);
  });
  await Promise.all(waits);
}

interface Watch {
  readonly at: number;
  readonly stop: () => Measured;
}

function watch({ world }: Scene, ...harmed: readonly number[]): Watch[] {
  return harmed.map((at) => ({ at, stop: startStopwatch(() => world.chain(at)) }));
}

/** One of the two processes dies, and is started again at once. */
export const killService: Fault = async (scene) => {
  const { world, chance } = scene;
  const at = chance.below(2);
  const service = world.services[at];
  if (!service) return;
  const watches = watch(scene, at);
  await service.kill();
  await service.start();
  await comeBack(scene, watches);
};

/** Postgres dies with all of its children; its keeper starts it again. */
export const killPostgres: Fault = async (scene) => {
  const watches = watch(scene, 0, 1);
  scene.world.postgres.signal('SIGKILL');
  await comeBack(scene, watches);
};

/** Postgres and both processes die at once. The guest, which has to wait for the keeper's Postgres, is not timed. */
export const killBoth: Fault = async (scene) => {
  const { postgres, services } = scene.world;
  const [keeper, guest] = services;
  const watches = watch(scene, 0);
  postgres.signal('SIGKILL');
  await Promise.all([keeper.kill(), guest.kill()]);
  await keeper.start();
  const measured = comeBack(scene, watches);
  await guest.start();
  await measured;
};
