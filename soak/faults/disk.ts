import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad } from '../load.js';
import { openWorld, type World } from '../world.js';
import type { Fault, Scene } from './fault.js';
import { untilWritable } from './pauses.js';
import { writeOnce } from './probe.js';

const diskMegabytes = 200;
const ballastMegabytes = 1;
const clients = 6;
/** Room that was set aside before the disk was full is used up by then. */
const writesMax = 2_000;
const notes = 'x'.repeat(4_000);

/** A disk of its own that can be filled; undefined where it cannot be had. */
function mountDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'compass-soak-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', directory]);
  if (mounted.status === 0) return directory;
  rmdirSync(directory);
  return undefined;
}

/** An installation of its own on a small disk works, the disk becomes full, and after a while has room again. */
export const fillDisk: Fault = async (scene) => {
  const directory = mountDisk();
  if (directory === undefined) return 'needs the right to mount a small disk';
  try {
    await workOn(scene, directory);
  } finally {
    spawnSync('umount', ['--lazy', directory]);
    rmdirSync(directory);
  }
  return undefined;
};

async function workOn(scene: Scene, directory: string): Promise<void> {
  const { tally, chance, pauseSeconds } = scene;
  const { programs } = scene.world;
  const seed = chance.below(2 ** 31);
  const world = await openWorld({ tally, seed, programs, directory, teamsCount: 1 });
  const load = startLoad(world, { seed, clients, tally });
  load.weather.worsen();
  try {
    const ballast = fill(directory);
    const isFull = await untilRefused(world);
    tally.check('refused', isFull, () => 'a full disk takes everything that is written');
    await sleep(pauseSeconds * 1_000);
    rmSync(ballast, { recursive: true });
    await untilWritable({ ...scene, world });
    await load.check();
  } finally {
    await load.stop();
    await world.close();
  }
}

/** Writes until the log takes no more. @returns false when it takes everything */
async function untilRefused(world: World): Promise<boolean> {
  for (let writes = 0; writes < writesMax; writes++) {
    if ((await writeOnce(world, 0, notes)) !== 'done') return true;
  }
  return false;
}

/** @returns what to remove to have room again */
function fill(directory: string): string {
  const ballast = mkdtempSync(join(directory, 'ballast-'));
  const bytes = Buffer.alloc(ballastMegabytes * 2 ** 20);
  try {
    for (let number = 0; number <= diskMegabytes; number++)
      writeFileSync(join(ballast, String(number)), bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  return ballast;
}
