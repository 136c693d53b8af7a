import type { Quantity } from '../service/estimate.js';

/** Money of a team in one currency. It is empty at first. */
export interface WalletOpened {
  readonly type: 'WalletOpened';
  readonly walletId: string;
  readonly teamId: string;
  readonly name: string;
  /** ISO 4217; it never changes. */
  readonly currency: string;
  readonly openedAt: string;
}

export interface WalletToppedUp {
  readonly type: 'WalletToppedUp';
  /** Millionths of the currency, like every amount of a wallet. */
  readonly amountMicros: number;
  /** After it. */
  readonly balanceMicros: number;
  /** Where the money came from, as whoever paid it in names it. */
  readonly reference: string;
  readonly toppedUpAt: string;
}

/** A key's use of a service, as whoever metered it reported it. */
export interface Usage {
  /** Made by whoever meters: of one wallet, it is debited once for ever. */
  readonly usageId: string;
  readonly keyId: string;
  readonly serviceId: string;
  readonly model: string;
  /** Each unit once. */
  readonly quantities: readonly Quantity[];
  /** Absent: it was not said. */
  readonly occurredAt?: string;
}

/** What a wallet had of the price of one usage. */
export interface WalletDebited extends Usage {
  readonly type: 'WalletDebited';
  readonly priceVersion: number;
  /** What the usage costs; `shortfallMicros` of it were not there. */
  readonly amountMicros: number;
  readonly shortfallMicros: number;
  /** After it; never below zero. */
  readonly balanceMicros: number;
  readonly debitedAt: string;
}

export type WalletEvent = WalletOpened | WalletToppedUp | WalletDebited;

export const walletEventTypes = {
  WalletOpened: true,
  WalletToppedUp: true,
  WalletDebited: true,
} as const satisfies { [T in WalletEvent['type']]: true };

export const walletStream = (walletId: string): string => `wallet-${walletId}`;
