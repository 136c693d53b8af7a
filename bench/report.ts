import { cpus, release, totalmem, type } from 'node:os';
import type { BenchRow } from './row.js';

/** What the numbers were measured on: they mean nothing without it. */
export function describeMachine(): string {
  const cores = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cores[0]?.model ?? 'unknown CPU'}, ${cores.length} cores, ${memory}, ${type()} ${release()}, Node ${process.version}`;
}

/** The rows as a table for people, and below it how they were measured. */
export function printable(rows: readonly BenchRow[]): string {
  const header = ['', 'ours', 'limit', 'unit', 'ratio', 'target', 'limited by'];
  const lines = rows.map(({ name, ours, limit, unit, ratio, target, limitedBy }) => [
    name,
    Math.round(ours).toLocaleString('en'),
    Math.round(limit).toLocaleString('en'),
    unit,
    ratio.toFixed(2),
    `≥ ${target.toFixed(2)}${ratio < target ? ' MISSED' : ''}`,
    limitedBy,
  ]);
  const table = [header, ...lines];
  const widths = header.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const drawn = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...drawn, '', ...rows.flatMap(({ notes }) => notes)].join('\n');
}
