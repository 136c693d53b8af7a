import { type Checker, createChecker } from './checks/checker.js';
import { runClient } from './clients/client.js';
import type { ShownSecret } from './clients/held-keys.js';
import { createOperations } from './clients/operations.js';
import { createTurnstile } from './clients/turnstile.js';
import type { Tally } from './promises.js';
import type { Measured } from './stopwatch.js';
import { createWeather, type Weather } from './weather.js';
import type { World } from './world.js';

/** Many clients at work in a world, and what they were told. */
export interface Load {
  readonly weather: Weather;
  /** Commands so far. */
  commandsCount(): number;
  /** How far the log had come at the last check. */
  position(): string;
  /** How long the other process took to refuse what had ended. */
  readonly elsewhere: readonly Measured[];
  /** Lets all clients finish their commands, and compares everything with the log. They wait until `resume`. */
  check(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

interface Options {
  readonly seed: number;
  readonly clients: number;
  readonly tally: Tally;
}

export function startLoad(world: World, { seed, clients, tally }: Options): Load {
  const operations = createOperations();
  const turnstile = createTurnstile();
  const weather = createWeather();
  const shown: ShownSecret[] = [];
  const elsewhere: Measured[] = [];
  const stopping = new AbortController();
  const { teams, peers, toolSettings: settings } = world;
  const ports = world.fronts.map(({ port }) => port);
  const checker: Checker = createChecker({ settings, operations, shown, teams, ports, tally });
  const onElsewhere = (measured: Measured) => void elsewhere.push(measured);
  const around = { seed, teams, ports, tally, operations, turnstile, weather, shown, peers, onElsewhere };
  const running = Array.from({ length: clients }, (_, number) => runClient(number, around, stopping.signal));

  return {
    weather,
    elsewhere,
    commandsCount: operations.begunCount,
    position: checker.position,
    async check() {
      await turnstile.close();
      await checker.check();
    },
    resume: turnstile.open,
    async stop() {
      stopping.abort();
      turnstile.open();
      await Promise.all(running);
    },
  };
}
