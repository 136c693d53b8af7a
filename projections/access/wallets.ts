import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
import { walletEventTypes } from '../../src/domain/wallet/events.js';
import type { Table } from '../runner/model.js';

/** What verification knows of a wallet: no more than whether there is anything in it. */
export interface WalletAccess {
  readonly walletId: string;
  readonly hasFunds: boolean;
  /** Events of the wallet's stream, up to the last one that changed this: most debits change nothing here. */
  readonly revision: number;
}

export const walletAccess: Table<WalletAccess> = {
  name: 'access_wallets',
  key: 'walletId',
  columns: { walletId: 'id', hasFunds: 'boolean', revision: 'integer' },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, walletEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, walletEventTypes)) return row;
    const { event, revision } = recorded;
    if (event.type === 'WalletOpened') return { walletId: event.walletId, hasFunds: false, revision };
    const hasFunds = event.balanceMicros > 0;
    return row && row.hasFunds !== hasFunds ? { ...row, hasFunds, revision } : row;
  },
};
