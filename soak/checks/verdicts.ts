import { setTimeout as sleep } from 'node:timers/promises';
import type { ShownSecret } from '../clients/held-keys.js';
import { createHttp } from '../clients/http.js';
import type { Team } from '../clients/teams.js';
import type { Tally } from '../promises.js';
import type { Oracle } from './oracle.js';

interface Options {
  readonly shown: readonly ShownSecret[];
  readonly teams: readonly Team[];
  readonly ports: readonly number[];
  readonly oracle: Oracle;
  readonly tally: Tally;
}

const batchMax = 100;
const patienceMilliseconds = 2_000;

/** Asks every process about secrets, while nothing changes, and compares the verdicts with those of the log. */
export async function checkVerdicts(options: Options): Promise<void> {
  const { shown, teams } = options;
  for (const [number, team] of teams.entries()) {
    const secrets = shown.filter((one) => one.team === number).map(({ secret }) => secret);
    for (let from = 0; from < secrets.length; from += batchMax) {
      const some = secrets.slice(from, from + batchMax);
      for (const port of options.ports) await checkSome(options, team, some, port);
    }
  }
}

async function checkSome(
  { oracle, tally }: Options,
  team: Team,
  secrets: readonly string[],
  port: number,
): Promise<void> {
  const wanted = secrets.map((secret) => oracle.verdict(secret, new Date().toISOString()));
  const deadline = performance.now() + patienceMilliseconds;
  // The process that did not write hears of it a moment later.
  let found = await ask(port, team, secrets);
  while (found.join() !== wanted.join() && performance.now() < deadline) {
    await sleep(50);
    found = await ask(port, team, secrets);
  }
  for (const [index, code] of wanted.entries()) {
    tally.check('verdicts', found[index] === code, () => `the log says ${code}, a process ${found[index]}`);
  }
}

async function ask(port: number, { bearer }: Team, secrets: readonly string[]): Promise<readonly string[]> {
  const http = createHttp(port);
  const body = { requests: secrets.map((key) => ({ key })) };
  const outcome = await http.send({ method: 'POST', path: '/v1/verify/batch', headers: bearer, body });
  http.close();
  if (outcome.kind !== 'done') return [JSON.stringify(outcome)];
  return (outcome.answer.body.verdicts as readonly { readonly code: string }[]).map(({ code }) => code);
}
