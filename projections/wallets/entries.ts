import { idOfStream } from '../../src/domain/recorded.js';
import type { WalletEntry } from '../../src/domain/wallet/entry.js';
import type { WalletDebited, WalletToppedUp } from '../../src/domain/wallet/events.js';
import type { Table } from '../runner/model.js';

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
