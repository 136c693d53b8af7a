import { parse as parseArray } from 'postgres-array';
import { toInstant } from '../../src/platform/postgres.js';
import type { Table } from './model.js';
import { columnsOf } from './tables.js';

/**
 * Reads rows from the lines of a COPY in text form: a third of the work of taking them from the messages of a query,
 * for both sides. A row begins as a copy of the one before, and only what differs is read: most of what a key is, it
 * has in common with its neighbour.
 */
export function rowReader<Row extends object>(table: Table<Row>): (line: string) => Row {
  const columns: Column[] = columnsOf(table).map(({ field, type }) => ({
    field,
    read: valueReader(type),
    lastText: missing,
  }));
  let last: Record<string, unknown> = Object.fromEntries(columns.map(({ field }) => [field, null]));
  return (line) => {
    const row = { ...last };
    let from = 0;
    for (const column of columns) {
      const until = endOfValue(line, from, column.lastText);
      if (until === undefined) {
        const tab = line.indexOf('\t', from);
        const text = line.slice(from, tab === -1 ? line.length : tab);
        row[column.field] = valueOf(text, column.read);
        column.lastText = text;
        from += text.length + 1;
      } else from = until + 1;
    }
    last = row;
    return row as Row;
  };
}

interface Column {
  readonly field: string;
  readonly read: (text: string) => unknown;
  /** As it stood in the row before. */
  lastText: string;
}

/** How COPY writes that there is no value. */
const missing = '\\N';
const tabCode = 9;

/** Where the value at `from` ends, if it is this one. */
function endOfValue(line: string, from: number, text: string): number | undefined {
  const until = from + text.length;
  const isWhole = until === line.length || line.charCodeAt(until) === tabCode;
  return isWhole && line.startsWith(text, from) ? until : undefined;
}

function valueOf(text: string, read: (text: string) => unknown): unknown {
  if (text === missing) return null;
  return read(text.includes('\\') ? unescape(text) : text);
}

function valueReader(type: string): (text: string) => unknown {
  switch (type) {
    case 'boolean':
      return (text) => text === 't';
    case 'integer':
    case 'bigint':
      return Number;
    case 'timestamptz':
      return toInstant;
    case 'text[]':
      return (text) => parseArray(alone(text), String);
    case 'jsonb':
      return (text) => JSON.parse(text) as unknown;
    default:
      return alone;
  }
}

/**
 * The same text by itself. A part of a longer one is only a place in it, so that who keeps the id of a team would keep
 * two hundred rows with it. Joined to another it is copied as soon as it is cut off again.
 */
function alone(text: string): string {
  return ` ${text}`.slice(1);
}

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (_, unit: string) => controls[unit] ?? unit);
}
