import { type Kysely, sql } from 'kysely';
import type { EntryType, WalletEntry } from '../../src/domain/wallet/entry.js';
import type { WalletRow } from './table.js';

type Counts = 'amountMicros' | 'shortfallMicros' | 'balanceMicros';
type WithBigints<Row, Fields extends keyof Row> = Omit<Row, Fields> & { readonly [F in Fields]: bigint };
type StoredEntry = WithBigints<WalletEntry, Counts>;

export interface WalletsDatabase {
  'read.wallets': WithBigints<WalletRow, 'balanceMicros'>;
  'read.walletEntries': StoredEntry;
}

export interface WalletFilter {
  readonly teamId: string;
  readonly limit: number;
  /** The last wallet of the page before. */
  readonly after?: { readonly openedAt: string; readonly id: string };
}

/** A page of wallets, newest first. One made while someone turns pages neither shifts nor repeats another. */
export async function listWallets(
  db: Kysely<WalletsDatabase>,
  { teamId, limit, after }: WalletFilter,
): Promise<WalletRow[]> {
  const rows = await db
    .selectFrom('read.wallets')
    .selectAll()
    .where('teamId', '=', teamId)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(opened_at, id) < (${after?.openedAt}::timestamptz, ${after?.id})`),
    )
    .orderBy('openedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, balanceMicros: Number(row.balanceMicros) }));
}

export interface LedgerFilter {
  readonly walletId: string;
  readonly type?: EntryType;
  readonly limit: number;
  /** The `revision` of the last entry of the page before. */
  readonly beforeRevision?: number;
}

/** A page of a wallet's ledger, newest first. */
export async function walletLedger(
  db: Kysely<WalletsDatabase>,
  { walletId, type, limit, beforeRevision }: LedgerFilter,
): Promise<WalletEntry[]> {
  const rows = await db
    .selectFrom('read.walletEntries')
    .selectAll()
    .where('walletId', '=', walletId)
    .$if(type !== undefined, (query) => query.where('type', '=', type ?? 'debit'))
    .$if(beforeRevision !== undefined, (query) => query.where('revision', '<', beforeRevision ?? 0))
    .orderBy('revision', 'desc')
    .limit(limit)
    .execute();
  return rows.map(entryOf);
}

export interface DebitsOfUsages {
  /** Every debit of the wallet up to this revision, at least, was looked at. */
  readonly revision: number;
  readonly debits: readonly WalletEntry[];
}

/**
 * Which of some usages a wallet was debited for. One statement sees one state of the tables, whatever rebuild
 * puts others in their place: a debit that was overlooked would be made again.
 */
export async function debitsOfUsages(
  db: Kysely<WalletsDatabase>,
  walletId: string,
  usageIds: readonly string[],
): Promise<DebitsOfUsages> {
  const rows = await db
    .selectFrom('read.wallets as wallet')
    .leftJoin('read.walletEntries as entry', (join) =>
      join.onRef('entry.walletId', '=', 'wallet.id').on('entry.usageId', '=', sql<string>`any(${usageIds})`),
    )
    .selectAll('entry')
    .select('wallet.revision as walletRevision')
    .where('wallet.id', '=', walletId)
    .execute();
  return {
    revision: rows[0]?.walletRevision ?? 0,
    debits: rows.flatMap(({ walletRevision: _, ...row }) => (isThere(row) ? [entryOf(row)] : [])),
  };
}

/** A wallet without such debits has one row without one. */
function isThere(
  row: { readonly [Field in keyof StoredEntry]: StoredEntry[Field] | null },
): row is StoredEntry {
  return row.id !== null;
}

function entryOf(row: StoredEntry): WalletEntry {
  const { amountMicros, shortfallMicros, balanceMicros } = row;
  return {
    ...row,
    amountMicros: Number(amountMicros),
    shortfallMicros: Number(shortfallMicros),
    balanceMicros: Number(balanceMicros),
  };
}
