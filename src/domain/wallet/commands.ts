import type { Usage } from './events.js';

export interface OpenWallet {
  readonly type: 'OpenWallet';
  readonly walletId: string;
  readonly teamId: string;
  readonly name: string;
  readonly currency: string;
  readonly at: string;
}

export interface TopUpWallet {
  readonly type: 'TopUpWallet';
  readonly amountMicros: number;
  readonly reference: string;
  readonly at: string;
}

/** A usage, and what it costs in the wallet's currency. */
export interface PricedUsage extends Usage {
  readonly amountMicros: number;
  readonly priceVersion: number;
}

/** Debits what is not debited yet, in this order. */
export interface DebitWallet {
  readonly type: 'DebitWallet';
  readonly usages: readonly PricedUsage[];
  /**
   * Which of these usages the wallet's events hold already, all of them up to the revision that this is decided
   * at: state does not remember them, or a wallet would need the more memory the more it is used.
   */
  readonly debitedIds: ReadonlySet<string>;
  readonly at: string;
}

export type WalletCommand = OpenWallet | TopUpWallet | DebitWallet;
