import type { Fault, Scene } from './fault.js';

const backMaxMilliseconds = 3_000;
const patienceMilliseconds = 60_000;

/** Waits until writes go through all processes again, and measures it for those that were harmed. */
async function comeBack({ world, tally, onBack }: Scene, killedAt: number, harmed: readonly number[]) {
  const waits = world.services.map(async ({ name }, at) => {
    const isBack = await world.writable(at, patienceMilliseconds);
    const milliseconds = performance.now() - killedAt;
    if (!harmed.includes(at)) return;
    onBack(milliseconds);
    tally.check(
      'back',
      isBack && milliseconds <= backMaxMilliseconds,
      () => `${name} took ${Math.round(milliseconds)} ms`,
    );
  });
  await Promise.all(waits);
}

/** One of the two processes dies, and is started again at once. */
export const killService: Fault = async (scene) => {
  const { world, chance } = scene;
  const at = chance.below(2);
  const service = world.services[at];
  if (!service) return;
  const killedAt = performance.now();
  await service.kill();
  await service.start();
  await comeBack(scene, killedAt, [at]);
};

/** Postgres dies with all of its children; its keeper starts it again. */
export const killPostgres: Fault = async (scene) => {
  const killedAt = performance.now();
  scene.world.postgres.signal('SIGKILL');
  await comeBack(scene, killedAt, [0, 1]);
};

/** Postgres and both processes die at once. The guest, which has to wait for the keeper's Postgres, is not timed. */
export const killBoth: Fault = async (scene) => {
  const { postgres, services } = scene.world;
  const [keeper, guest] = services;
  const killedAt = performance.now();
  postgres.signal('SIGKILL');
  await Promise.all([keeper.kill(), guest.kill()]);
  await keeper.start();
  const measured = comeBack(scene, killedAt, [0]);
  await guest.start();
  await measured;
};
