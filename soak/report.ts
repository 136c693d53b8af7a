import { inMegabytes } from './memory.js';
import { promises } from './promises.js';
import type { Result } from './run.js';
import { type Measured, percentile } from './stopwatch.js';

/** The result for people: what was done, and what became of each promise. */
export function printable(result: Result): string {
  const { plan, commands, events, faults, skipped, back, elsewhere, memory, promises: rows } = result;
  const isBroken = rows.some(({ broken }) => broken > 0);
  const lines = [
    '',
    `Seed ${plan.seed}: ${commands.toLocaleString('en')} commands, ${events.toLocaleString('en')} events.`,
    `Faults: ${
      Object.entries(faults)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ') || 'none'
    }.`,
    ...Object.entries(skipped).map(([name, why]) => `Skipped: ${name} ${why}.`),
    ...Object.entries(back).map(([name, times]) => `Back after ${name}: ${spread(times)}.`),
    ...memory.map(
      ({ name, minutes, bytes, grownBytes }) =>
        `Memory of the ${name} in ${minutes.toFixed(1)} min: ${inMegabytes(bytes)}, grew by ${inMegabytes(grownBytes)}.`,
    ),
    ...(elsewhere.length > 0 ? [`Refused in the other process after ${spread(elsewhere)}.`] : []),
    '',
    ...rows.map(
      ({ name, checked, broken }) =>
        `${(broken > 0 ? 'BROKEN' : checked > 0 ? 'kept' : '-').padEnd(7)} ${name.padEnd(10)} ` +
        `${String(checked).padStart(9)} checked ${String(broken).padStart(6)} broken   ${promises[name]}`,
    ),
    ...rows.flatMap(({ name, examples }) => examples.map((words) => `  ${name}: ${words}`)),
  ];
  if (isBroken) lines.push('', `Again: npm run soak -- ${argumentsOf(result)}`);
  return lines.join('\n');
}

function argumentsOf({ plan }: Result): string {
  if (plan.canary !== undefined) return `--seed ${plan.seed} --canary ${plan.canary}`;
  if (plan.rounds !== undefined) return `--seed ${plan.seed} --rounds ${plan.rounds}`;
  const only = plan.faults.length === 0 ? 'none' : plan.faults.join(',');
  const length = plan.kills === undefined ? `--minutes ${plan.seconds / 60}` : `--kills ${plan.kills}`;
  return `--seed ${plan.seed} ${length} --only ${only}`;
}

/** How many, and the middle one, the 99th of a hundred and the longest, in milliseconds. */
function spread(times: readonly Measured[]): string {
  const [own, all] = (['ownMilliseconds', 'elapsedMilliseconds'] as const).map((name) => {
    const values = times.map((one) => one[name]);
    return [0.5, 0.99, 1].map((part) => Math.round(percentile(values, part))).join(' / ');
  });
  return `${own} ms of its own, ${all} ms by the clock (p50 / p99 / longest of ${times.length})`;
}
