import type { DebitWallet } from './commands.js';
import type { Usage, WalletDebited } from './events.js';
import type { Wallet } from './state.js';

/**
 * What a wallet pays of some usages: what is there, in their order. The first usage with an id stands, in
 * the log as among these; of what the wallet has not got, the debit says how much it is.
 */
export function debitsOf(
  wallet: Wallet,
  { usages, debitedIds, at }: Omit<DebitWallet, 'type'>,
): WalletDebited[] {
  const seenIds = new Set(debitedIds);
  const debits: WalletDebited[] = [];
  let { balanceMicros } = wallet;
  for (const usage of usages) {
    if (seenIds.has(usage.usageId)) continue;
    seenIds.add(usage.usageId);
    const paidMicros = Math.min(balanceMicros, usage.amountMicros);
    balanceMicros -= paidMicros;
    const shortfallMicros = usage.amountMicros - paidMicros;
    debits.push({ type: 'WalletDebited', ...usage, shortfallMicros, balanceMicros, debitedAt: at });
  }
  return debits;
}

/** Whether a report says the same as the one that was debited. Prices may have changed between the two. */
export function isSameUsage(one: Usage, other: Usage): boolean {
  return canonical(one) === canonical(other);
}

/** The order in which units are named means nothing. */
function canonical({ usageId, keyId, serviceId, model, quantities, occurredAt }: Usage): string {
  const sorted = quantities.map(({ unit, quantity }) => `${unit} ${quantity}`).sort();
  return JSON.stringify([usageId, keyId, serviceId, model, sorted, occurredAt]);
}
