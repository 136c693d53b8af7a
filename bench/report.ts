import { cpus, release, totalmem, type } from 'node:os';
import { type BenchRow, isMissed } from './row.js';

/** What the numbers were measured on: they mean nothing without it. */
export function describeMachine(): string {
  const cores = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cores[0]?.model ?? 'unknown CPU'}, ${cores.length} cores, ${memory}, ${type()} ${release()}, Node ${process.version}`;
}

/** The rows as a table for people, and below it how they were measured. */
export function printable(rows: readonly BenchRow[]): string {
  const header = ['', 'ours', 'beside', 'unit', 'ratio', 'target', 'limited by'];
  const lines = rows.map((row) => [
    row.name,
    readable(row.ours),
    readable(row.limit),
    row.unit,
    row.ratio.toFixed(2),
    describeTarget(row),
    row.limitedBy,
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

function describeTarget(row: BenchRow): string {
  if (row.target === undefined) return '';
  return `${row.lessIsBetter ? '≤' : '≥'} ${row.target.toFixed(2)}${isMissed(row) ? ' MISSED' : ''}`;
}

function readable(value: number): string {
  return value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en');
}
