import { Command, InvalidArgumentError, Option } from 'commander';
import { type CanaryName, canaries, canaryNames } from './canaries.js';
import { type FaultName, faultNames, killNames } from './faults/names.js';
import type { Plan } from './run.js';

interface Given {
  readonly minutes: number;
  readonly hours?: number;
  readonly kills?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly only?: readonly FaultName[];
  readonly canary?: CanaryName;
  readonly clients?: number;
  readonly json?: true;
}

/** In rounds few, so that what is measured is the product and not who waits for whom. */
const clientsUsually = { load: 24, rounds: 4 } as const;
/** A canary has to be found within this time. */
const canarySeconds = 60;
/** In a run of minutes, and in one that has the time. */
const pauseSeconds = { short: 2, long: 30 } as const;
const longRunSeconds = 20 * 60;

/** @param chosenSeed for a run that is given none */
export function readPlan(argv: readonly string[], chosenSeed: number): { plan: Plan; isJson: boolean } {
  const program = new Command('npm run soak --')
    .description(
      'Random commands by many clients while everything is broken that can be; then a table of promises.',
    )
    .option('--minutes <number>', 'how long', positive, 3)
    .option('--hours <number>', 'how long, in the place of minutes', positive)
    .option('--kills <number>', 'so many kills of each kind and nothing else, however long it takes', whole)
    .option(
      '--rounds <number>',
      'so many keys revoked and asked about in two processes, and no faults',
      whole,
    )
    .option('--seed <number>', 'replays the commands and faults of another run', whole)
    .option('--only <faults>', `none, or some of ${faultNames.join(', ')}`, listOfFaults)
    .addOption(new Option('--canary <name>', 'runs with a deliberate bug').choices(canaryNames))
    .option('--clients <number>', 'at work at once', count)
    .option('--json', 'prints the result for programs')
    .parse(argv);
  const given = program.opts<Given>();
  const { kills, rounds } = given;
  const canary = given.canary && canaries[given.canary];
  const asked = given.hours === undefined ? given.minutes * 60 : given.hours * 3_600;
  const seconds = canary ? canarySeconds : asked;
  const plan = {
    seed: given.seed ?? chosenSeed,
    seconds,
    kills,
    rounds,
    faults: canary?.faults ?? given.only ?? (kills === undefined ? faultNames : killNames),
    clients: given.clients ?? (rounds === undefined ? clientsUsually.load : clientsUsually.rounds),
    pauseSeconds: seconds >= longRunSeconds ? pauseSeconds.long : pauseSeconds.short,
    canary: given.canary,
  };
  return { plan, isJson: given.json ?? false };
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number above zero.');
  return number;
}

function whole(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function count(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 999.');
  return Number(text);
}

function listOfFaults(text: string): FaultName[] {
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const known = faultNames.find((one) => one === name);
    if (!known) throw new InvalidArgumentError(`There is no "${name}".`);
    return known;
  });
}
