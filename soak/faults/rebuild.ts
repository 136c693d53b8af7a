import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readModels } from '../../projections/models.js';
import type { Fault, Scene } from './fault.js';
import { untilWritable } from './pauses.js';

/** The tables of a read model are being made anew when the command dies, or the process that follows the log. */
export const killRebuild: Fault = async (scene) => {
  const { world, chance } = scene;
  const model = chance.pick(readModels).name;
  const rebuilding = start(scene, model);
  const ended = once(rebuilding, 'exit');
  // Until it says that it has begun, and a little longer.
  if (rebuilding.stdout) await Promise.race([once(rebuilding.stdout, 'data'), ended]);
  await sleep(chance.between(0, 150));
  if (chance.coin(0.5)) {
    rebuilding.kill('SIGKILL');
    await ended;
  } else {
    const service = chance.pick(world.services);
    await service.kill();
    await service.start();
    await ended;
  }
  await rebuildWholly(scene, model);
  await untilWritable(scene);
};

async function rebuildWholly(scene: Scene, model: string): Promise<void> {
  const rebuilding = start(scene, model);
  let words = '';
  rebuilding.stderr?.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const [code] = (await once(rebuilding, 'close')) as [number | null];
  scene.tally.check(
    'models',
    code === 0,
    () => `the rebuild of ${model} ended with ${code}: ${words.trim()}`,
  );
}

function start({ world }: Scene, model: string): ChildProcess {
  return spawn(process.execPath, [world.programs.admin, 'rebuild', model], {
    env: { PATH: process.env.PATH, ...world.toolSettings() },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}
