import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryName } from './canaries.js';
import { type Chance, chanceOf } from './chance.js';
import { faults } from './faults/index.js';
import type { FaultName } from './faults/names.js';
import { bundleGrafted } from './graft.js';
import { startLoad } from './load.js';
import { type MemoryTrend, watchMemory } from './memory.js';
import { createTally, type PromiseRow } from './promises.js';
import { runRounds } from './rounds.js';
import type { Measured } from './stopwatch.js';
import { openWorld } from './world.js';

/** What is to be done; a seed and a plan say which commands and faults come, and in which order. */
export interface Plan {
  readonly seed: number;
  readonly seconds: number;
  /** Faults of each kind, in the place of a time. */
  readonly kills: number | undefined;
  /** Of revoking and asking, in the place of load and faults. */
  readonly rounds: number | undefined;
  /** Those to choose from; none: only load. */
  readonly faults: readonly FaultName[];
  readonly clients: number;
  readonly pauseSeconds: number;
  readonly canary: CanaryName | undefined;
}

export interface Result {
  readonly plan: Plan;
  readonly commands: number;
  readonly events: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Faults that could not be tried here, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  /** By the fault: how long it took until writing went on. */
  readonly back: Readonly<Record<string, readonly Measured[]>>;
  /** How long the other process took to refuse what had ended. */
  readonly elsewhere: readonly Measured[];
  readonly memory: readonly MemoryTrend[];
  readonly promises: readonly PromiseRow[];
}

const teamsCount = 3;

/**
 * Whatever it finds it gives back, also when it cannot go on.
 * @param signal ends it early, with everything checked and cleaned up
 */
export async function run(plan: Plan, tell: (line: string) => void, signal: AbortSignal): Promise<Result> {
  const { seed, clients, rounds } = plan;
  const tally = createTally(tell);
  const back: Record<string, Measured[]> = {};
  const counts: Record<string, number> = {};
  const skipped: Record<string, string> = {};
  const delays: Measured[] = [];
  const programs = await bundleGrafted(plan.canary);
  const world = await openWorld({ tally, seed, programs, teamsCount });
  const memory = watchMemory(world.services, tally);
  const load = startLoad(world, { seed, clients: rounds === undefined ? clients : 0, tally });
  const startedAt = performance.now();
  const faultsCount = plan.kills === undefined ? undefined : plan.kills * plan.faults.length;

  async function strike(name: FaultName, chance: Chance): Promise<void> {
    load.weather.worsen();
    const onBack = (measured: Measured) => void (back[name] ??= []).push(measured);
    const why = await faults[name]({ world, chance, tally, pauseSeconds: plan.pauseSeconds, onBack });
    if (why === undefined) counts[name] = (counts[name] ?? 0) + 1;
    else skipped[name] = why;
  }

  /** Load, a fault in its midst, load again, then a check of everything. */
  async function playRound(number: number): Promise<void> {
    const chance = chanceOf(seed, `round ${number}`);
    await wait(chance.between(500, 1_500));
    const name = faultOfRound(plan, number);
    if (name !== undefined && !signal.aborted) await strike(name, chance);
    await wait(chance.between(200, 500));
    load.weather.clear();
    await load.check();
    const words = [(name ?? 'load').padEnd(22), `${load.commandsCount()} commands, ${timeLeft(number)}`];
    tell(`${String(number).padStart(4)}  ${words.join(' ')}`);
    load.resume();
  }

  async function wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }

  function timeLeft(number: number): string {
    const seconds = (performance.now() - startedAt) / 1_000;
    if (faultsCount === undefined) return `${Math.max(0, Math.round(plan.seconds - seconds))} s left`;
    return `${faultsCount - number} to come, in ${Math.round(((seconds / number) * (faultsCount - number)) / 60)} min`;
  }

  /** A canary has done its part as soon as it is found. */
  function isOver(number: number): boolean {
    if (signal.aborted || (plan.canary !== undefined && tally.isBroken())) return true;
    return faultsCount === undefined
      ? performance.now() - startedAt >= plan.seconds * 1_000
      : number > faultsCount;
  }

  try {
    if (rounds === undefined) for (let number = 1; !isOver(number); number++) await playRound(number);
    else delays.push(...(await runRounds(world, { seed, rounds, clients, tally, tell, signal })));
    await load.check();
  } catch (error) {
    const words = error instanceof Error ? error.stack : String(error);
    tally.check('quiet', false, () => `soak itself could not go on: ${words}`);
  } finally {
    await load.stop();
    memory.stop();
    await world.close();
    programs.remove();
  }
  return {
    plan,
    commands: load.commandsCount(),
    events: Number(load.position()),
    faults: counts,
    skipped,
    back,
    elsewhere: [...load.elsewhere, ...delays],
    memory: memory.trends,
    promises: tally.rows(),
  };
}

/** All of them in an order that chance makes, then all of them in another one. */
function faultOfRound({ seed, faults: names }: Plan, number: number): FaultName | undefined {
  if (names.length === 0) return undefined;
  const chance = chanceOf(seed, `turn ${Math.floor((number - 1) / names.length)}`);
  const left = [...names];
  const order = names.map(() => left.splice(chance.below(left.length), 1)[0]);
  return order[(number - 1) % names.length];
}
