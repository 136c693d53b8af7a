import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryName } from './canaries.js';
import { type Chance, chanceOf } from './chance.js';
import { faults } from './faults/index.js';
import type { FaultName } from './faults/names.js';
import { startLoad } from './load.js';
import { watchMemory } from './memory.js';
import { createTally, type PromiseRow } from './promises.js';
import type { Measured } from './stopwatch.js';
import { openWorld } from './world.js';

/** What is to be done; a seed and a plan say which commands and faults come, and in which order. */
export interface Plan {
  readonly seed: number;
  readonly seconds: number;
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
  readonly promises: readonly PromiseRow[];
}

const teamsCount = 3;

/** @param signal ends it early, with everything checked and cleaned up */
export async function run(plan: Plan, tell: (line: string) => void, signal: AbortSignal): Promise<Result> {
  const { seed, clients } = plan;
  const tally = createTally(tell);
  const back: Record<string, Measured[]> = {};
  const counts: Record<string, number> = {};
  const skipped: Record<string, string> = {};
  const world = await openWorld({ tally, canary: plan.canary, teamsCount });
  const memory = watchMemory(world.services, tally);
  const load = startLoad(world, { seed, clients, tally });
  const deadline = performance.now() + plan.seconds * 1_000;

  async function strike(name: FaultName, chance: Chance): Promise<void> {
    load.weather.worsen();
    const onBack = (measured: Measured) => void (back[name] ??= []).push(measured);
    const why = await faults[name]({ world, chance, tally, pauseSeconds: plan.pauseSeconds, onBack });
    if (why === undefined) counts[name] = (counts[name] ?? 0) + 1;
    else skipped[name] = why;
  }

  /** Load, a fault in its midst, load again, then a check of everything. */
  async function round(number: number): Promise<void> {
    const chance = chanceOf(seed, `round ${number}`);
    await wait(chance.between(500, 1_500));
    const name = faultOfRound(plan, number);
    if (name !== undefined && !signal.aborted) await strike(name, chance);
    await wait(chance.between(200, 500));
    load.weather.clear();
    await load.check();
    const left = Math.max(0, Math.round((deadline - performance.now()) / 1_000));
    tell(
      `${String(number).padStart(4)}  ${(name ?? 'load').padEnd(22)} ${load.commandsCount()} commands, ${left} s left`,
    );
    load.resume();
  }

  async function wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }

  /** A canary has done its part as soon as it is found. */
  const isOver = () =>
    performance.now() >= deadline || signal.aborted || (plan.canary !== undefined && tally.isBroken());

  try {
    for (let number = 1; !isOver(); number++) await round(number);
    await load.check();
  } finally {
    await load.stop();
    memory.stop();
    await world.close();
  }
  return {
    plan,
    commands: load.commandsCount(),
    events: Number(load.position()),
    faults: counts,
    skipped,
    back,
    elsewhere: load.elsewhere,
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
