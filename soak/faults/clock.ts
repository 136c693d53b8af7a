import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';
import { untilWritable } from './pauses.js';
import { writeOnce } from './probe.js';

const noticedMilliseconds = 12_000;
const looksCount = 5;

/**
 * The clock of one process is moved by more than five seconds. It has to notice, to refuse every write until the
 * clock is right again, and the other process has to go on.
 */
export const moveClock: Fault = async (scene) => {
  const { world, chance, tally } = scene;
  const at = chance.below(2);
  const service = world.services[at];
  if (!service) return;
  const seconds = chance.between(6, 60) * (chance.coin(0.5) ? 1 : -1);
  service.pull({ clockShiftMilliseconds: seconds * 1_000 });
  const deadline = performance.now() + noticedMilliseconds;
  let code = await writeOnce(world, at);
  while (code !== 'clock.wrong' && performance.now() < deadline) {
    await sleep(100);
    code = await writeOnce(world, at);
  }
  for (let looks = 0; looks < looksCount; looks++) {
    const found = await writeOnce(world, at);
    tally.check('clock', found === 'clock.wrong', () => `off by ${seconds} s, a write was answered ${found}`);
    const other = await writeOnce(world, 1 - at);
    tally.check('clock', other === 'done', () => `the process with the right clock answered ${other}`);
  }
  service.pull({ clockShiftMilliseconds: 0 });
  await untilWritable(scene);
};
