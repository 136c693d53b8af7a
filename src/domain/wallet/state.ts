import type { WalletEvent } from './events.js';

/** What deciding about a wallet needs to remember of it. */
export interface Wallet {
  readonly walletId: string;
  readonly teamId: string;
  readonly currency: string;
  readonly balanceMicros: number;
}

/** Undefined: it was never opened. */
export type WalletState = Wallet | undefined;

export function evolve(wallet: WalletState, event: WalletEvent): WalletState {
  switch (event.type) {
    case 'WalletOpened': {
      const { walletId, teamId, currency } = event;
      return { walletId, teamId, currency, balanceMicros: 0 };
    }
    case 'WalletToppedUp':
    case 'WalletDebited':
      return wallet && { ...wallet, balanceMicros: event.balanceMicros };
  }
}
