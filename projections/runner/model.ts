import type { Recorded } from '../../src/domain/recorded.js';

/** How a value is kept: ids compare byte by byte, instants come back as they went in (ISO, UTC, milliseconds). */
type KindOf<Value> = Value extends boolean
  ? 'boolean'
  : Value extends number
    ? 'integer' | 'count'
    : Value extends string
      ? 'id' | 'text' | 'instant'
      : Value extends readonly string[]
        ? 'texts'
        : 'json';

/** Nullable in the database exactly where it is nullable in the row. */
type Column<Value> = null extends Value ? `${KindOf<NonNullable<Value>>} | null` : KindOf<Value>;

export type Columns<Row> = { readonly [Field in keyof Row]-?: Column<Row[Field]> };

/**
 * A table as a fold: what an event does to the rows it is about. Rows hold JSON values only. Its methods
 * are pure, so the same functions keep rows in Postgres, in memory and in tests.
 */
export interface Table<Row extends object> extends AnyTable {
  readonly key: keyof Row & string;
  readonly columns: Columns<Row>;
  /**
   * The row after an event, the same object when nothing changes, undefined for no row.
   * @param key one of `keysOf(recorded)`
   * @param index the event's place in the log: how many events came before it
   */
  apply(row: Row | undefined, recorded: Recorded, key: string, index: number): Row | undefined;
}

/** A table whose rows nobody needs to name. */
export interface AnyTable {
  /** Unique among all read models, in snake_case. */
  readonly name: string;
  /** The field that is the primary key. */
  readonly key: string;
  readonly columns: Readonly<Record<string, string>>;
  /** What follows the table's name in `create index on`. */
  readonly indexes: readonly string[];
  /** An event makes rows and never changes one: nothing is read before writing. */
  readonly insertOnly?: true;
  /** Keys of the rows that the event is about, each once. */
  keysOf(recorded: Recorded): readonly string[];
  apply(row: object | undefined, recorded: Recorded, key: string, index: number): object | undefined;
}

/** Tables that follow the log together. */
export interface ReadModel {
  readonly name: string;
  /** Raised with every change to columns or to what `apply` makes of old events: the tables are rebuilt. */
  readonly version: number;
  readonly tables: readonly AnyTable[];
}

/** Every rebuild fills tables of its own: the stable name is a view of the ones that are live. */
export function tableOfGeneration(name: string, generation: number): string {
  return `${name}_v${generation}`;
}
