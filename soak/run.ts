import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryName } from './canaries.js';
import { type Chance, chanceOf } from './chance.js';
import { createChecker } from './checks/checker.js';
import { runClient } from './clients/client.js';
import type { ShownSecret } from './clients/held-keys.js';
import { createOperations } from './clients/operations.js';
import { createTurnstile } from './clients/turnstile.js';
import { faults } from './faults/index.js';
import type { FaultName } from './faults/names.js';
import { watchMemory } from './memory.js';
import { createTally, type PromiseRow } from './promises.js';
import type { Measured } from './stopwatch.js';
import { createWeather } from './weather.js';
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
  readonly operations: number;
  readonly events: string;
  readonly faults: Readonly<Record<string, number>>;
  /** By the fault: how long it took until writing went on. */
  readonly back: Readonly<Record<string, readonly Measured[]>>;
  /** How long the other process took to refuse what had ended. */
  readonly elsewhere: readonly Measured[];
  readonly promises: readonly PromiseRow[];
}

const teamsCount = 3;

/** @param signal ends it early, with everything checked and cleaned up */
export async function run(plan: Plan, tell: (line: string) => void, signal: AbortSignal): Promise<Result> {
  const { seed, seconds } = plan;
  const tally = createTally(tell);
  const operations = createOperations();
  const turnstile = createTurnstile();
  const weather = createWeather();
  const shown: ShownSecret[] = [];
  const elsewhere: Measured[] = [];
  const back: Record<string, Measured[]> = {};
  const counts: Record<string, number> = {};
  const world = await openWorld({ tally, canary: plan.canary, teamsCount });
  const { teams } = world;
  const ports = world.fronts.map(({ port }) => port);
  const memory = watchMemory(world.services, tally);
  const checker = createChecker({ settings: world.toolSettings, operations, shown, teams, ports, tally });
  const stopping = new AbortController();
  const { chain } = world;
  const onElsewhere = (measured: Measured) => void elsewhere.push(measured);
  const around = { seed, teams, ports, tally, operations, turnstile, weather, shown, chain, onElsewhere };
  const clients = Array.from({ length: plan.clients }, (_, number) =>
    runClient(number, around, stopping.signal),
  );
  const deadline = performance.now() + seconds * 1_000;

  async function strike(name: FaultName, chance: Chance): Promise<void> {
    weather.worsen();
    const onBack = (measured: Measured) => void (back[name] ??= []).push(measured);
    await faults[name]({ world, chance, tally, pauseSeconds: plan.pauseSeconds, onBack });
    counts[name] = (counts[name] ?? 0) + 1;
  }

  async function check(): Promise<void> {
    await turnstile.close();
    await checker.check();
  }

  /** Load, a fault in its midst, load again, then a check of everything. */
  async function round(number: number): Promise<void> {
    const chance = chanceOf(seed, `round ${number}`);
    await wait(chance.between(500, 1_500));
    const name = faultOfRound(plan, number);
    if (name !== undefined && performance.now() < deadline) await strike(name, chance);
    await wait(chance.between(200, 500));
    weather.clear();
    await check();
    const left = Math.max(0, Math.round((deadline - performance.now()) / 1_000));
    tell(
      `${String(number).padStart(4)}  ${(name ?? 'load').padEnd(22)} ${operations.begunCount()} commands, ${left} s left`,
    );
    turnstile.open();
  }

  async function wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  }

  /** A canary has done its part as soon as it is found. */
  const isOver = () =>
    performance.now() >= deadline || signal.aborted || (plan.canary !== undefined && tally.isBroken());

  try {
    for (let number = 1; !isOver(); number++) await round(number);
    await check();
  } finally {
    stopping.abort();
    turnstile.open();
    await Promise.all(clients);
    memory.stop();
    await world.close();
  }
  return {
    plan,
    operations: operations.begunCount(),
    events: checker.position(),
    faults: counts,
    back,
    elsewhere,
    promises: tally.rows(),
  };
}

/** All of them in an order that chance makes, then all of them in another one. */
function faultOfRound({ seed, faults: names }: Plan, number: number): FaultName | undefined {
  if (names.length === 0) return undefined;
  const turn = Math.floor((number - 1) / names.length);
  const chance = chanceOf(seed, `turn ${turn}`);
  const left = [...names];
  const order = names.map(() => left.splice(chance.below(left.length), 1)[0]);
  return order[(number - 1) % names.length];
}
