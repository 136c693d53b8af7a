import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Key } from '../../domain/key/state.js';
import { estimate } from '../../domain/service/estimate.js';
import { serviceStream } from '../../domain/service/events.js';
import { faultOf } from '../../domain/text.js';
import type { PricedUsage } from '../../domain/wallet/commands.js';
import { isSameUsage } from '../../domain/wallet/debits.js';
import type { Usage } from '../../domain/wallet/events.js';
import type { Position } from '../../event-store/port.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { serviceDecider } from '../deciders.js';
import { findTarget } from '../key/find-target.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import { type Debit, findDebit } from './debit-together.js';
import { createDebits } from './debits.js';

export interface UsageReport extends Omit<Usage, 'quantities'> {
  /** Whole numbers by unit. */
  readonly quantities: Readonly<Record<string, number>>;
}

/** What a usage costs, and what of that a wallet had. Millionths of the currency. */
export interface RecordedUsage {
  readonly amountMicros: number;
  /** After it; null where no wallet pays, and so nothing was recorded. */
  readonly balanceMicros: number | null;
  readonly shortfallMicros: number;
  /** False for a repeat, and where nothing was recorded. */
  readonly isNew: boolean;
  readonly position?: Position;
}

/** A usage as it would be debited now. */
interface Charge {
  readonly usage: PricedUsage;
  /** Null: no wallet pays. */
  readonly walletId: string | null;
}

/** Debits what a key has used, once for ever. */
export class RecordUsageCommand extends Command<Result<RecordedUsage>> {
  constructor(
    readonly principal: Principal,
    readonly report: UsageReport,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordUsageCommand)
export class RecordUsageHandler implements ICommandHandler<RecordUsageCommand> {
  private readonly debit: ReturnType<typeof createDebits>;

  constructor(@Inject(PARTS) private readonly parts: Parts) {
    this.debit = createDebits(parts);
  }

  async execute({ principal, report, context }: RecordUsageCommand): Promise<Result<RecordedUsage>> {
    const verdict = authorize(principal, 'usage.report');
    if (verdict !== 'allowed') return denied(verdict);
    const { usageId, keyId } = report;
    const target = await findTarget(this.parts, principal, 'usage.report', keyId);
    if (!target.ok) return target;
    const fault = faultOf({ usageId });
    if (fault) return refuse(fault.code, fault.field);
    const quantities = Object.entries(report.quantities).map(([unit, quantity]) => ({ unit, quantity }));
    const usage: Usage = { ...report, quantities };
    const charge = await chargeOf(this.parts, target.value, usage);
    const earlier = await this.findEarlier(target.value, usage, charge.ok ? charge.value.walletId : null);
    if (earlier) return earlier;
    if (!charge.ok) return charge;
    const { walletId, usage: priced } = charge.value;
    if (walletId === null) {
      const { amountMicros } = priced;
      return done({ amountMicros, balanceMicros: null, shortfallMicros: 0, isNew: false });
    }
    const debited = await this.debit(walletId, { usage: priced, context });
    if (!debited.ok) return debited;
    const { debit, isNew, position } = debited.value;
    return done({ ...recordedOf(debit), isNew, position });
  }

  /**
   * What was debited stays so, and is told to who repeats it, also when the key's service has been paid from
   * another wallet since, or was taken, or has other prices.
   * @param walletId the one that would be debited now, whose own ledger is asked when that is done
   */
  private async findEarlier(
    { payments }: Key,
    usage: Usage,
    walletId: string | null,
  ): Promise<Result<RecordedUsage> | undefined> {
    const others = payments.filter((one) => one.serviceId === usage.serviceId && one.walletId !== walletId);
    for (const other of others) {
      const found = await findDebit(this.parts, other.walletId, usage.usageId);
      if (!found) continue;
      const { debit, position } = found;
      if (!isSameUsage(usage, debit)) return refuse('usage.different', 'usageId');
      return done({ ...recordedOf(debit), isNew: false, position });
    }
    return undefined;
  }
}

function recordedOf({ amountMicros, balanceMicros, shortfallMicros }: Debit) {
  return { amountMicros, balanceMicros, shortfallMicros };
}

/** What a usage costs by the present prices, and who pays; what the free key has costs nothing. */
async function chargeOf({ executor }: Parts, key: Key, usage: Usage): Promise<Result<Charge>> {
  const { serviceId, model, quantities } = usage;
  const { state: service } = await executor.load(serviceDecider, serviceStream(serviceId));
  if (!service) return refuse('service.not_found', 'serviceId');
  const enabled = key.services.find((one) => one.serviceId === serviceId);
  const isOfFreeKey = key.tier === 'free' && service.free;
  if (!enabled && !isOfFreeKey) return refuse('service.not_enabled', 'serviceId');
  const estimated = estimate(service, model, quantities);
  if (!estimated.ok) return refuse(estimated.code, estimated.field);
  const { amountMicros, priceVersion } = estimated.cost;
  const isFree = isOfFreeKey || enabled?.billingPolicy === 'free';
  const priced = { ...usage, amountMicros: isFree ? 0 : amountMicros, priceVersion };
  return done({ usage: priced, walletId: enabled?.walletId ?? null });
}
