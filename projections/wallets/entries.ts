import { idOfStream } from '../../src/domain/recorded.js';
import type { Quantity } from '../../src/domain/service/estimate.js';
import type { WalletDebited, WalletToppedUp } from '../../src/domain/wallet/events.js';
import type { Table } from '../runner/model.js';

export const entryTypes = ['top_up', 'debit'] as const;
export type EntryType = (typeof entryTypes)[number];

/** One line of a wallet's ledger. What is not of its type is null. Amounts in millionths of the currency. */
export interface WalletEntry {
  /** The event's id. */
  readonly id: string;
  readonly walletId: string;
  /** Of the wallet's stream: the order of its entries. */
  readonly revision: number;
  readonly type: EntryType;
  /** What was put in, or what a usage costs. */
  readonly amountMicros: number;
  /** What of that was not there to be taken; 0 for what was put in. */
  readonly shortfallMicros: number;
  /** After it. */
  readonly balanceMicros: number;
  readonly reference: string | null;
  readonly usageId: string | null;
  readonly keyId: string | null;
  readonly serviceId: string | null;
  readonly model: string | null;
  readonly quantities: readonly Quantity[] | null;
  readonly priceVersion: number | null;
  /** As whoever metered it says; null where they do not. */
  readonly occurredAt: string | null;
  readonly at: string;
}

/**
 * The ledger, and with it the index that finds out whether a usage was debited: of one wallet, a usage is
 * there once, because its debit is appended only where this table, at that very revision, does not have it.
 */
export const walletEntries: Table<WalletEntry> = {
  name: 'wallet_entries',
  key: 'id',
  columns: {
    id: 'id',
    walletId: 'id',
    revision: 'integer',
    type: 'text',
    amountMicros: 'count',
    shortfallMicros: 'count',
    balanceMicros: 'count',
    reference: 'text | null',
    usageId: 'id | null',
    keyId: 'id | null',
    serviceId: 'id | null',
    model: 'text | null',
    quantities: 'json | null',
    priceVersion: 'integer | null',
    occurredAt: 'instant | null',
    at: 'instant',
  },
  indexes: ['(wallet_id, revision)', '(wallet_id, usage_id) where usage_id is not null'],
  insertOnly: true,
  keysOf: ({ id, event: { type } }) => (type === 'WalletToppedUp' || type === 'WalletDebited' ? [id] : []),
  apply(row, { stream, revision, event }, id) {
    if (event.type !== 'WalletToppedUp' && event.type !== 'WalletDebited') return row;
    const { amountMicros, balanceMicros } = event;
    const place = { id, walletId: idOfStream(stream), revision, amountMicros, balanceMicros };
    return { ...place, ...(event.type === 'WalletDebited' ? debited(event) : toppedUp(event)) };
  },
};

type Rest = Omit<WalletEntry, 'id' | 'walletId' | 'revision' | 'amountMicros' | 'balanceMicros'>;

function toppedUp({ reference, toppedUpAt }: WalletToppedUp): Rest {
  return {
    type: 'top_up',
    shortfallMicros: 0,
    reference,
    usageId: null,
    keyId: null,
    serviceId: null,
    model: null,
    quantities: null,
    priceVersion: null,
    occurredAt: null,
    at: toppedUpAt,
  };
}

function debited(event: WalletDebited): Rest {
  const { shortfallMicros, usageId, keyId, serviceId, model, quantities, priceVersion } = event;
  return {
    type: 'debit',
    shortfallMicros,
    reference: null,
    usageId,
    keyId,
    serviceId,
    model,
    quantities,
    priceVersion,
    occurredAt: event.occurredAt ?? null,
    at: event.debitedAt,
  };
}
