import { parse as parseArray } from 'postgres-array';
import { toInstant } from '../../src/platform/postgres.js';
import type { PostgresColumn } from './tables.js';

/**
 * Reads rows from the lines of a COPY in text form: a third of the work of taking them from the messages of a query,
 * for both sides. A row begins as a copy of the one before, and only what differs is read.
 * @param columns those that lines begin with; what follows is not read
 */
export function rowReader(columns: readonly PostgresColumn[]): (line: string) => object {
  const readers: Column[] = columns.map(({ field, type }) => ({
    field,
    read: valueReader(type),
    lastText: missing,
  }));
  let last: Record<string, unknown> = Object.fromEntries(readers.map(({ field }) => [field, null]));
  return (line) => {
    const row = { ...last };
    let from = 0;
    for (const column of readers) {
      const until = endOfValue(line, from, column.lastText);
      if (until === undefined) {
        const text = line.slice(from, endOfText(line, from));
        row[column.field] = valueOf(text, column.read);
        column.lastText = text;
        from += text.length + 1;
      } else from = until + 1;
    }
    last = row;
    return row;
  };
}

/**
 * What a row has for itself, in the bytes of its line: whoever has a form of their own for it needs no text and no
 * object in between. Good until the next line is read.
 */
export interface CopiedOwn<Own extends object = object> {
  /** UTF-8, escaped as COPY does. */
  readonly bytes: Buffer;
  /** Where the fields begin, by their places among those that are a row's own, and at last where the rest does. */
  readonly starts: Int32Array;
  read(): Own;
}

/**
 * Reads rows that have much in common, from lines that begin with what each has for itself. The rest is read once for
 * all lines that end alike, of which there are many.
 * @param share makes of the rest what is given with every row that has it
 */
export function sharingReader<Shared>(
  own: readonly PostgresColumn[],
  common: readonly PostgresColumn[],
  share: (common: object) => Shared,
): (bytes: Buffer, until: number) => readonly [CopiedOwn, Shared] {
  const readOwn = rowReader(own);
  const readCommon = rowReader(common);
  const starts = new Int32Array(own.length + 1);
  /** By its bytes. */
  const known = new Map<string, Shared>();

  function sharedIn(bytes: Buffer, from: number, until: number): Shared {
    const text = bytes.toString('latin1', from, until);
    const before = known.get(text);
    if (before !== undefined) return before;
    // Where hardly anything is alike, no more than this is kept for nothing.
    if (known.size === knownMax) known.clear();
    const shared = share(readCommon(bytes.toString('utf8', from, until)));
    known.set(text, shared);
    return shared;
  }

  return (bytes, until) => {
    let start = 0;
    for (let place = 0; place < own.length; place++) {
      starts[place] = start;
      start = bytes.indexOf(tabCode, start) + 1;
    }
    starts[own.length] = start;
    const end = start - 1;
    return [
      { bytes, starts, read: () => readOwn(bytes.toString('utf8', 0, end)) },
      sharedIn(bytes, start, until),
    ];
  };
}

const knownMax = 4_096;

interface Column {
  readonly field: string;
  readonly read: (text: string) => unknown;
  /** As it stood in the row before. */
  lastText: string;
}

/** How COPY writes that there is no value. */
export const missing = '\\N';
const tabCode = 9;

function endOfText(line: string, from: number): number {
  const tab = line.indexOf('\t', from);
  return tab === -1 ? line.length : tab;
}

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
