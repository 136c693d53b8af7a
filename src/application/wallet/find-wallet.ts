import { walletStream } from '../../domain/wallet/events.js';
import type { Wallet } from '../../domain/wallet/state.js';
import { authorize } from '../authorize.js';
import { walletDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';

/** The wallet that somebody wants to read or top up, if they may. */
export async function findWallet(
  { executor }: Parts,
  principal: Principal,
  operation: 'wallets.read' | 'wallets.topUp',
  walletId: string,
): Promise<Result<Wallet>> {
  const { state } = await executor.load(walletDecider, walletStream(walletId));
  const isSeen = state?.teamId === principal.teamId && authorize(principal, 'wallets.read') === 'allowed';
  if (!isSeen) return refuse('wallet.not_found');
  return authorize(principal, operation) === 'allowed' ? done(state) : refuse('right.missing');
}
