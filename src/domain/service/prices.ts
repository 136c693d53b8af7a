import { isKeyName } from '../key/name.js';
import type { RefusalCode } from '../refusals.js';
import { faultOf } from '../text.js';
import type { PricedModel, UnitPrice } from './commands.js';
import type { Price } from './events.js';

/** Together they keep a price list below 100 KiB. */
export const modelsMaxCount = 100;
export const unitsMaxCount = 10;
/** A price for more units at a time than this is one for fewer. */
export const perUnitsMax = 1_000_000_000;

const unitName = /^[a-z][a-z0-9_]{0,49}$/;

/** The models as one list of prices, as it stands in events. */
export function flatten(models: readonly PricedModel[]): Price[] {
  return models.flatMap(({ model, prices }) =>
    prices.map(({ unit, amountMicros, perUnits }) => ({ model, unit, amountMicros, perUnits })),
  );
}

/** What is wrong with a list of models and prices, if anything is. */
export function faultOfModels(models: readonly PricedModel[]): RefusalCode | undefined {
  const names = models.map(({ model }) => model);
  if (names.length > modelsMaxCount || hasRepeat(names) || !names.every(isKeyName)) {
    return 'service.models_invalid';
  }
  if (!models.every(({ prices }) => isPriceList(prices))) return 'service.prices_invalid';
  return faultOf({ models: names.join('\n') })?.code;
}

function isPriceList(prices: readonly UnitPrice[]): boolean {
  const units = prices.map(({ unit }) => unit);
  return units.length <= unitsMaxCount && !hasRepeat(units) && prices.every(isPrice);
}

function isPrice({ unit, amountMicros, perUnits }: UnitPrice): boolean {
  return (
    unitName.test(unit) &&
    Number.isSafeInteger(amountMicros) &&
    amountMicros >= 0 &&
    Number.isSafeInteger(perUnits) &&
    perUnits >= 1 &&
    perUnits <= perUnitsMax
  );
}

function hasRepeat(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}
