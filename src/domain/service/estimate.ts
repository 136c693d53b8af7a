import type { RefusalCode } from '../refusals.js';
import type { Price } from './events.js';
import type { PriceList } from './state.js';

/** How much of a unit was, or would be, used: a whole number. */
export interface Quantity {
  readonly unit: string;
  readonly quantity: number;
}

/** What one unit's part of a request costs. */
export interface CostLine extends Quantity {
  /** Micro-units as a decimal number with at most six places, such as `0.375`: lines may have fractions. */
  readonly amountMicros: string;
}

export interface Cost {
  /** Whole micro-units of the service's currency: the exact sum, rounded once, half to even. */
  readonly amountMicros: number;
  readonly priceVersion: number;
  /** In the order of the quantities. */
  readonly breakdown: readonly CostLine[];
}

export type Estimate =
  | { readonly ok: true; readonly cost: Cost }
  | { readonly ok: false; readonly code: RefusalCode; readonly field: string };

/** An exact number: micro-units are only rounded where they become one amount. */
interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const zero: Fraction = { numerator: 0n, denominator: 1n };
const linePlaces = 6;

/** What quantities of a model's units cost by a price list. */
export function estimate(list: PriceList, model: string, quantities: readonly Quantity[]): Estimate {
  if (!list.models.includes(model)) return { ok: false, code: 'service.model_not_found', field: 'model' };
  const prices = new Map(
    list.prices.filter((price) => price.model === model).map((price) => [price.unit, price]),
  );
  const breakdown: CostLine[] = [];
  let sum = zero;
  for (const { unit, quantity } of quantities) {
    const price = prices.get(unit);
    if (!price) return { ok: false, code: 'service.unit_unknown', field: 'quantities' };
    if (!Number.isSafeInteger(quantity) || quantity < 0) {
      return { ok: false, code: 'usage.quantity_invalid', field: 'quantities' };
    }
    const amount = costOf(quantity, price);
    sum = add(sum, amount);
    breakdown.push({ unit, quantity, amountMicros: decimalOf(amount) });
  }
  const amountMicros = Number(roundHalfEven(sum));
  if (!Number.isSafeInteger(amountMicros)) {
    return { ok: false, code: 'usage.amount_too_large', field: 'quantities' };
  }
  return { ok: true, cost: { amountMicros, priceVersion: list.priceVersion, breakdown } };
}

function costOf(quantity: number, { amountMicros, perUnits }: Price): Fraction {
  return { numerator: BigInt(quantity) * BigInt(amountMicros), denominator: BigInt(perUnits) };
}

function add(one: Fraction, other: Fraction): Fraction {
  return {
    numerator: one.numerator * other.denominator + other.numerator * one.denominator,
    denominator: one.denominator * other.denominator,
  };
}

/** The nearest whole number; of two as near, the even one. For what is not negative. */
function roundHalfEven({ numerator, denominator }: Fraction): bigint {
  const whole = numerator / denominator;
  const twiceRest = (numerator % denominator) * 2n;
  const isUp = twiceRest > denominator || (twiceRest === denominator && whole % 2n === 1n);
  return isUp ? whole + 1n : whole;
}

/** Exact where six places are enough, which they are for prices per thousand or million units. */
function decimalOf({ numerator, denominator }: Fraction): string {
  const scale = 10n ** BigInt(linePlaces);
  const scaled = roundHalfEven({ numerator: numerator * scale, denominator });
  const fraction = String(scaled % scale)
    .padStart(linePlaces, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${scaled / scale}` : `${scaled / scale}.${fraction}`;
}
