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

/** What Postgres has to know of a table. */
export interface Relation {
  /** Unique among all read models, in snake_case. */
  readonly name: string;
  /** The field that is the primary key, or those that are it together. */
  readonly key: string | readonly string[];
  readonly columns: Readonly<Record<string, string>>;
  /** What follows the table's name in `create index on`. */
  readonly indexes: readonly string[];
}

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
export interface AnyTable extends Relation {
  readonly key: string;
  /** An event makes rows and never changes one: nothing is read before writing. */
  readonly insertOnly?: true;
  /** Keys of the rows that the event is about, each once. */
  keysOf(recorded: Recorded): readonly string[];
  apply(row: object | undefined, recorded: Recorded, key: string, index: number): object | undefined;
  readonly derived?: AnyDerived;
}

/**
 * Rows that follow from one row of a table and from nothing else, kept for the sake of their indexes: they
 * come, change and go with that row, in the same transaction.
 */
export interface Derived<Source extends object, Row extends object> extends AnyDerived {
  readonly key: readonly (keyof Row & string)[];
  readonly columns: Columns<Row>;
  /** Pure, and each key once; no two rows of the table share one either. */
  of(row: Source): readonly Row[];
}

/** Derived rows that nobody needs to name. */
export interface AnyDerived extends Relation {
  readonly key: readonly string[];
  of(row: object): readonly object[];
}

/** Tables that follow the log together. */
export interface ReadModel {
  readonly name: string;
  /** Raised with every change to columns or to what `apply` and `derived` make of old events: the tables are rebuilt. */
  readonly version: number;
  readonly tables: readonly AnyTable[];
}

/** Every table of a model, the derived ones among them. */
export function relationsOf({ tables }: ReadModel): Relation[] {
  return tables.flatMap((table): Relation[] => (table.derived ? [table, table.derived] : [table]));
}

/** Every rebuild fills tables of its own: the stable name is a view of the ones that are live. */
export function tableOfGeneration(name: string, generation: number): string {
  return `${name}_v${generation}`;
}
