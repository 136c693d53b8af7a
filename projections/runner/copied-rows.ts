import { parse as parseArray } from 'postgres-array';
import { toInstant } from '../../src/platform/postgres.js';
import type { Table } from './model.js';
import { columnsOf } from './tables.js';

/**
 * Reads rows from the lines of a COPY in text form: a third of the work of taking them from the messages of a query,
 * for both sides. Values that come again in the next row, such as the team of a key, are made once.
 */
export function rowReader<Row extends object>(table: Table<Row>): (line: string) => Row {
  const columns = columnsOf(table).map(({ field, type }) => ({
    field,
    read: remembering(valueReader(type)),
  }));
  return (line) => {
    const row: Record<string, unknown> = {};
    let from = 0;
    for (const { field, read } of columns) {
      const tab = line.indexOf('\t', from);
      const until = tab === -1 ? line.length : tab;
      row[field] = read(line.slice(from, until));
      from = until + 1;
    }
    return row as Row;
  };
}

/** How COPY writes that there is no value. */
const missing = '\\N';

function remembering(read: (text: string) => unknown): (text: string) => unknown {
  let lastText = missing;
  let last: unknown = null;
  return (text) => {
    if (text === lastText) return last;
    last = text === missing ? null : read(text.includes('\\') ? unescape(text) : text);
    lastText = text;
    return last;
  };
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
      return (text) => parseArray(text, String);
    case 'jsonb':
      return (text) => JSON.parse(text) as unknown;
    default:
      return (text) => text;
  }
}

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (_, unit: string) => controls[unit] ?? unit);
}
