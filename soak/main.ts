import { randomInt } from 'node:crypto';
import { readPlan } from './options.js';
import { printable } from './report.js';
import { type Plan, run } from './run.js';

/** To standard error, so that standard output holds the result and nothing else. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<void> {
  const { plan, isJson } = readPlan(process.argv, randomInt(2 ** 31));
  const stopping = new AbortController();
  // More than once: Ctrl-C comes from the terminal and from npm, and the second must not end what tidies up after the first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  tell(`Seed ${plan.seed}, ${plan.clients} clients, ${lengthOf(plan)}.`);
  const result = await run(plan, tell, stopping.signal);
  process.stdout.write(`${isJson ? JSON.stringify(result, undefined, 2) : printable(result)}\n`);
  if (result.promises.some(({ broken }) => broken > 0)) process.exitCode = 1;
}

function lengthOf({ kills, rounds, seconds }: Plan): string {
  if (rounds !== undefined) return `${rounds} rounds`;
  return kills === undefined ? `${seconds} s` : `${kills} faults of each kind`;
}

await main();
