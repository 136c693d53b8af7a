import { promises } from './promises.js';
import type { Result } from './run.js';

/** The result for people: what was done, and what became of each promise. */
export function printable(result: Result): string {
  const { plan, operations, events, faults, back, elsewhere, promises: rows } = result;
  const isBroken = rows.some(({ broken }) => broken > 0);
  const lines = [
    '',
    `Seed ${plan.seed}: ${operations.toLocaleString('en')} commands, ${Number(events).toLocaleString('en')} events.`,
    `Faults: ${
      Object.entries(faults)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ') || 'none'
    }.`,
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

/** Of times in milliseconds: how many, the middle one, the 99th of a hundred, the longest. */
function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (${sorted.length} times)`;
}
