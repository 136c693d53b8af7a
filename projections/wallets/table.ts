import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
import { walletEventTypes } from '../../src/domain/wallet/events.js';
import type { ReadModel, Table } from '../runner/model.js';
import { walletEntries } from './entries.js';

export interface WalletRow {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Millionths of the currency. */
  readonly balanceMicros: number;
  readonly openedAt: string;
  /** Events of the wallet's stream: what an ETag is made of, and up to where its entries are there. */
  readonly revision: number;
}

export const walletRows: Table<WalletRow> = {
  name: 'wallets',
  key: 'id',
  columns: {
    id: 'id',
    teamId: 'id',
    name: 'text',
    currency: 'text',
    balanceMicros: 'count',
    openedAt: 'instant',
    revision: 'integer',
  },
  indexes: ['(team_id, opened_at desc, id desc)'],
  keysOf: (recorded) => (isOneOf(recorded, walletEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, walletEventTypes)) return row;
    const { event, revision } = recorded;
    switch (event.type) {
      case 'WalletOpened': {
        const { walletId, teamId, name, currency, openedAt } = event;
        return { id: walletId, teamId, name, currency, balanceMicros: 0, openedAt, revision };
      }
      case 'WalletToppedUp':
      case 'WalletDebited':
        return row && { ...row, balanceMicros: event.balanceMicros, revision };
    }
  },
};

/** Wallets and their entries move together: whoever sees a wallet at a revision sees every entry up to it. */
export const walletsModel: ReadModel = { name: 'wallets', version: 1, tables: [walletRows, walletEntries] };
