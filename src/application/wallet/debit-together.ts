import { debitsOfUsages } from '../../../projections/wallets/queries.js';
import type { PricedUsage } from '../../domain/wallet/commands.js';
import { debitsOf } from '../../domain/wallet/debits.js';
import type { WalletEntry } from '../../domain/wallet/entry.js';
import { type Usage, type WalletDebited, walletStream } from '../../domain/wallet/events.js';
import { StoreUnavailable } from '../../event-store/port.js';
import type { CommandContext } from '../context.js';
import { walletDecider } from '../deciders.js';
import { type Parts, ReadModelsBehind } from '../parts.js';
import type { WriteReceipt } from '../receipt.js';

/** One usage to debit, and who reports it. */
export interface ReportedUsage {
  readonly usage: PricedUsage;
  readonly context: CommandContext;
}

/** What a wallet was debited for a usage, now or ever. */
export type Debit = Usage & Pick<WalletDebited, 'amountMicros' | 'shortfallMicros' | 'balanceMicros'>;

export interface DebitedTogether extends WriteReceipt {
  /** By usage id, one for each that was reported. */
  readonly debits: ReadonlyMap<string, Debit>;
  /** Those that were made now. */
  readonly newIds: ReadonlySet<string>;
}

/** The debits that a wallet has of some usages, up to a revision. */
interface Known {
  readonly debits: ReadonlyMap<string, Debit>;
  readonly revision: number;
}

/** Other processes debit the same wallet: after so long of being overtaken, somebody else's turn is refused. */
const deadlineMilliseconds = 5_000;
/** What the ledger does not have yet is read from the stream, so many events at most. */
const unlistedMaxCount = 10_000;

/**
 * Debits usages of one wallet in one append, each once for ever. That rests on the wallet's own stream: the
 * ledger, which follows from it, tells which usages it holds up to some revision, the stream itself which came
 * after, and the debits of the others are appended at that very revision or not at all. Nothing is remembered
 * between two calls, so a process may die at any moment, and a wallet with a million debits needs no more memory
 * than a new one. Whoever was overtaken reads on in the stream and is ready before those who begin anew.
 * @throws StoreUnavailable or ReadModelsBehind when nothing was debited; OutcomeUnknown when that cannot be known
 */
export async function debitTogether(
  parts: Parts,
  walletId: string,
  reported: readonly ReportedUsage[],
): Promise<DebitedTogether> {
  const { executor, clock } = parts;
  const stream = walletStream(walletId);
  const usages = reported.map(({ usage }) => usage);
  const contexts = new Map(reported.toReversed().map(({ usage, context }) => [usage.usageId, context]));
  const deadline = performance.now() + deadlineMilliseconds;
  let known = await listedDebits(parts, walletId, [...contexts.keys()]);
  while (performance.now() < deadline) {
    const { state, revision, position } = await executor.load(walletDecider, stream);
    if (!state) throw new Error(`${stream} was never opened.`);
    known = await readOn(parts, stream, known, revision, contexts);
    const at = clock.now().toISOString();
    const command = { type: 'DebitWallet', usages, debitedIds: new Set(known.debits.keys()), at } as const;
    const news = debitsOf(state, command);
    const newIds = new Set(news.map(({ usageId }) => usageId));
    const debits = new Map<string, Debit>([
      ...known.debits,
      ...news.map((debit) => [debit.usageId, debit] as const),
    ]);
    const context = news[0] && contexts.get(news[0].usageId);
    if (!context) return { debits, newIds, revision, position };
    const outcome = await executor.execute({
      decider: walletDecider,
      stream,
      command,
      context,
      contextOf: (event) => (event.type === 'WalletDebited' && contexts.get(event.usageId)) || context,
      expectedRevision: revision,
    });
    if (outcome.ok) return { debits, newIds, revision: outcome.revision, position: outcome.position };
    if (!('stale' in outcome)) throw new Error(`${stream} answered ${outcome.refusal.code}.`);
  }
  throw new StoreUnavailable(`Others keep debiting ${stream}.`);
}

/** What a wallet was debited for a usage, if it was. @throws StoreUnavailable or ReadModelsBehind */
export async function findDebit(
  parts: Parts,
  walletId: string,
  usageId: string,
): Promise<(WriteReceipt & { readonly debit: Debit }) | undefined> {
  const stream = walletStream(walletId);
  const listed = await listedDebits(parts, walletId, [usageId]);
  const { revision, position } = await parts.executor.load(walletDecider, stream);
  const { debits } = await readOn(parts, stream, listed, revision, new Set([usageId]));
  const debit = debits.get(usageId);
  return debit && { debit, revision, position };
}

/** What the ledger tells, however far it has come. */
async function listedDebits(
  { readDb }: Parts,
  walletId: string,
  usageIds: readonly string[],
): Promise<Known> {
  const { debits, revision } = await debitsOfUsages(readDb, walletId, usageIds);
  return { debits: new Map(debits.map((entry) => [entry.usageId ?? '', debitOf(entry)])), revision };
}

/** What is known up to a later revision, told by the stream itself. */
async function readOn(
  { ledger }: Parts,
  stream: string,
  known: Known,
  revision: number,
  usageIds: { has(usageId: string): boolean },
): Promise<Known> {
  const limit = revision - known.revision;
  if (limit > unlistedMaxCount) throw new ReadModelsBehind();
  if (limit <= 0) return known;
  const debits = new Map(known.debits);
  for await (const { event } of ledger.readStream(stream, { from: BigInt(known.revision + 1), limit })) {
    if (event.type === 'WalletDebited' && usageIds.has(event.usageId)) debits.set(event.usageId, event);
  }
  return { debits, revision };
}

/** The debit that an entry of the ledger tells of. */
function debitOf(entry: WalletEntry): Debit {
  const { usageId, keyId, serviceId, model, quantities, occurredAt } = entry;
  const { amountMicros, shortfallMicros, balanceMicros } = entry;
  if (usageId === null || keyId === null || serviceId === null || model === null || quantities === null) {
    throw new Error(`The entry ${entry.id} is no debit.`);
  }
  const usage = { usageId, keyId, serviceId, model, quantities, ...(occurredAt !== null && { occurredAt }) };
  return { ...usage, amountMicros, shortfallMicros, balanceMicros };
}
