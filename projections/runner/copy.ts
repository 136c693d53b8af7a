import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import { missing } from './copied-rows.js';
import { ApplyFailure } from './failure.js';
import type { Relation } from './model.js';
import { columnsOf, type PostgresColumn, qualifiedName } from './tables.js';

/** Made into bytes before the next are: enough for some packets, little to hold. */
const chunkBytes = 131_072;
/** Of a UTF-16 unit in UTF-8. */
const unitBytesMax = 3;

/**
 * Makes rows whose keys nobody has, by COPY: a third of what it costs Postgres to take them out of JSON.
 * @throws ApplyFailure when a text is not well-formed; what Postgres says of others
 */
export async function copyRows(
  client: pg.ClientBase,
  table: Relation,
  generation: number,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = columnsOf(table);
  const names = columns.map(({ name }) => name).join(', ');
  const statement = `copy ${qualifiedName(table, generation)} (${names}) from stdin`;
  await pipeline(Readable.from(chunksOf(columns, rows)), client.query(from(statement)));
}

interface Field {
  readonly field: string;
  readonly write: (value: unknown) => string;
  /** Of the row before, and how it was written: most of what a row is, it has in common with its neighbour. */
  last: unknown;
  text: string;
}

/**
 * Row by row into bytes: one character that is not Latin would make the text of a whole chunk twice as long, and
 * writing it as UTF-8 many times as slow.
 */
function* chunksOf(columns: readonly PostgresColumn[], rows: Iterable<object>): Iterable<Buffer> {
  const fields = columns.map(
    ({ field, type }): Field => ({ field, write: writerOf(type), last: null, text: missing }),
  );
  let chunk = Buffer.allocUnsafe(chunkBytes);
  let end = 0;
  for (const row of rows as Iterable<Readonly<Record<string, unknown>>>) {
    let line = '';
    let separator = '';
    for (const one of fields) {
      const value = row[one.field];
      if (value !== one.last) {
        one.last = value;
        one.text = value === null || value === undefined ? missing : one.write(value);
      }
      line += separator + one.text;
      separator = '\t';
    }
    line = wellFormed(`${line}\n`);
    const bytesMax = line.length * unitBytesMax;
    if (end + bytesMax > chunk.length) {
      yield chunk.subarray(0, end);
      chunk = Buffer.allocUnsafe(Math.max(chunkBytes, bytesMax));
      end = 0;
    }
    end += chunk.write(line, end);
  }
  yield chunk.subarray(0, end);
}

/** As UTF-8 half a character would become another one, which nobody wrote. */
function wellFormed(line: string): string {
  if (line.isWellFormed()) return line;
  throw new ApplyFailure(new RangeError('A row has text that is not well-formed.'));
}

function writerOf(type: string): (value: unknown) => string {
  if (type === 'text[]') return (value) => escape(arrayOf(value as readonly string[]));
  if (type === 'jsonb') return (value) => escape(JSON.stringify(value));
  return (value) => escape(String(value));
}

function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** What would end a value or a row, or begin such an escape. */
const special = /[\\\t\n\r]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(text: string): string {
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (unit) => escapes[unit] ?? unit) : text;
}
