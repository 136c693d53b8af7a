import type { Quantity } from '../service/estimate.js';

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
