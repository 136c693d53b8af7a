import { setTimeout as sleep } from 'node:timers/promises';
import { createHttp } from '../clients/http.js';
import type { Fault, Scene } from './fault.js';
import { untilWritable } from './pauses.js';

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
  let code = await write(scene, at);
  while (code !== 'clock.wrong' && performance.now() < deadline) {
    await sleep(100);
    code = await write(scene, at);
  }
  for (let looks = 0; looks < looksCount; looks++) {
    const found = await write(scene, at);
    tally.check('clock', found === 'clock.wrong', () => `off by ${seconds} s, a write was answered ${found}`);
    const other = await write(scene, 1 - at);
    tally.check('clock', other === 'done', () => `the process with the right clock answered ${other}`);
  }
  service.pull({ clockShiftMilliseconds: 0 });
  await untilWritable(scene);
};

/** @returns `done`, or the code of the refusal */
async function write({ world }: Scene, at: number): Promise<string> {
  const [team] = world.teams;
  const http = createHttp(world.fronts[at]?.port ?? 0);
  const body = { name: `clock ${performance.now()}` };
  const path = `/v1/keys/${team?.probeId ?? ''}`;
  const outcome = await http.send({ method: 'PATCH', path, headers: team?.bearer ?? {}, body });
  http.close();
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}
