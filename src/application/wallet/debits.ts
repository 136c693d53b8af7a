import { isSameUsage } from '../../domain/wallet/debits.js';
import { StoreUnavailable } from '../../event-store/port.js';
import type { Parts } from '../parts.js';
import type { WriteReceipt } from '../receipt.js';
import { done, type Result, refuse } from '../result.js';
import { type Debit, type DebitedTogether, debitTogether, type ReportedUsage } from './debit-together.js';

/** One wallet takes this many waiting usages; more are refused, so that a flood stays bounded. */
const waitingMaxCount = 20_000;
/** One append holds this many debits at most: some 100 KiB, and below what an append may have, however long their texts. */
const togetherMaxCount = 250;

/** What came of the report of a usage. */
export interface Debited extends WriteReceipt {
  readonly debit: Debit;
  /** False when it repeats an earlier one. */
  readonly isNew: boolean;
}

interface Waiting {
  readonly reported: ReportedUsage;
  readonly resolve: (debited: Promise<Result<Debited>>) => void;
}

/**
 * Debits usages as they are reported: those that come while a wallet is being debited wait, and are then
 * debited together, so that however many come at once are no conflict but a few appends.
 */
export function createDebits(
  parts: Parts,
): (walletId: string, reported: ReportedUsage) => Promise<Result<Debited>> {
  const lines = new Map<string, Waiting[]>();

  async function work(walletId: string, line: Waiting[]): Promise<void> {
    while (line.length > 0) {
      const batch = line.splice(0, togetherMaxCount);
      const debited = debitTogether(
        parts,
        walletId,
        batch.map(({ reported }) => reported),
      );
      const shown = debited.then(async (together) => {
        await parts.settled(together.position);
        return answersTo(batch, together);
      });
      for (const waiting of batch) {
        waiting.resolve(shown.then((answers) => answers.get(waiting) ?? missing(waiting)));
      }
      // The next ones need not wait until these can be seen; whether these failed is told to who reported them.
      await debited.catch(() => undefined);
    }
    lines.delete(walletId);
  }

  return (walletId, reported) => {
    const line = lines.get(walletId) ?? [];
    if (line.length >= waitingMaxCount) {
      return Promise.reject(
        new StoreUnavailable(`More than ${waitingMaxCount} usages wait for the wallet ${walletId}.`),
      );
    }
    const answer = new Promise<Result<Debited>>((resolve) => line.push({ reported, resolve }));
    if (!lines.has(walletId)) {
      lines.set(walletId, line);
      void work(walletId, line);
    }
    return answer;
  };
}

/** The first report of a usage stands; one that says something else under its id is refused. */
function answersTo(
  batch: readonly Waiting[],
  { debits, newIds, revision, position }: DebitedTogether,
): Map<Waiting, Result<Debited>> {
  const answers = new Map<Waiting, Result<Debited>>();
  const unclaimedIds = new Set(newIds);
  for (const waiting of batch) {
    const { usage } = waiting.reported;
    const debit = debits.get(usage.usageId);
    if (!debit) continue;
    const isNew = unclaimedIds.delete(usage.usageId);
    const isSame = isSameUsage(usage, debit);
    answers.set(
      waiting,
      isSame ? done({ debit, isNew, revision, position }) : refuse('usage.different', 'usageId'),
    );
  }
  return answers;
}

function missing({ reported }: Waiting): never {
  throw new Error(`The usage ${reported.usage.usageId} was not debited.`);
}
