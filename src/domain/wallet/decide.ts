import { type Decision, happened, nothing, refused } from '../decision.js';
import { isKeyName } from '../key/name.js';
import { faultOf } from '../text.js';
import type { DebitWallet, OpenWallet, TopUpWallet, WalletCommand } from './commands.js';
import { debitsOf } from './debits.js';
import type { WalletEvent } from './events.js';
import type { Wallet, WalletState } from './state.js';

type WalletDecision = Decision<WalletEvent>;

const referenceMaxLength = 200;

export function decide(command: WalletCommand, wallet: WalletState): WalletDecision {
  if (command.type === 'OpenWallet') return open(wallet, command);
  if (!wallet) return refused('wallet.not_found');
  switch (command.type) {
    case 'TopUpWallet':
      return topUp(wallet, command);
    case 'DebitWallet':
      return debit(wallet, command);
  }
}

/** The id is the caller's: a wallet that is there already was made by an earlier try of the same command. */
function open(wallet: WalletState, { walletId, teamId, name, currency, at }: OpenWallet): WalletDecision {
  if (wallet) return nothing;
  if (!isKeyName(name)) return refused('wallet.name_invalid', 'name');
  const fault = faultOf({ name });
  if (fault) return refused(fault.code, fault.field);
  if (!/^[A-Z]{3}$/.test(currency)) return refused('currency.invalid', 'currency');
  return happened({ type: 'WalletOpened', walletId, teamId, name, currency, openedAt: at });
}

/** Two payments may be alike: whoever repeats a request says so with an `Idempotency-Key`. */
function topUp(wallet: Wallet, { amountMicros, reference, at }: TopUpWallet): WalletDecision {
  if (!Number.isSafeInteger(amountMicros) || amountMicros < 1) {
    return refused('wallet.amount_invalid', 'amountMicros');
  }
  if (reference.length < 1 || reference.length > referenceMaxLength) {
    return refused('wallet.reference_invalid', 'reference');
  }
  const fault = faultOf({ reference });
  if (fault) return refused(fault.code, fault.field);
  const balanceMicros = wallet.balanceMicros + amountMicros;
  if (!Number.isSafeInteger(balanceMicros)) return refused('wallet.full', 'amountMicros');
  return happened({ type: 'WalletToppedUp', amountMicros, balanceMicros, reference, toppedUpAt: at });
}

function debit(wallet: Wallet, command: DebitWallet): WalletDecision {
  return happened(...debitsOf(wallet, command));
}
