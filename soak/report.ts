import { promises } from './promises.js';
import type { Result } from './run.js';
import type { Measured } from './stopwatch.js';

/** The result for people: what was done, and what became of each promise. */
export function printable(result: Result): string {
  const { plan, commands, events, faults, skipped, back, elsewhere, promises: rows } = result;
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
  const only = plan.faults.length === 0 ? 'none' : plan.faults.join(',');
  return `--seed ${plan.seed} --minutes ${plan.seconds / 60} --only ${only}`;
}

/** How many, and the middle one, the 99th of a hundred and the longest, in milliseconds. */
function spread(times: readonly Measured[]): string {
  const [own, all] = (['ownMilliseconds', 'elapsedMilliseconds'] as const).map((name) => {
    const sorted = times.map((one) => one[name]).toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
    return [0.5, 0.99, 1].map((part) => Math.round(at(part))).join(' / ');
  });
  return `${own} ms of its own, ${all} ms by the clock (p50 / p99 / longest of ${times.length})`;
}
