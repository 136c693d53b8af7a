import type { ServiceFilter } from '../../../projections/keys/filters.js';
import { freeServices } from '../../../projections/services/queries.js';
import type { Parts } from '../parts.js';

/**
 * What keys are looked for that have a service.
 * @param at ISO instant, for which the catalogue tells what free keys have
 */
export async function serviceFilterOf(
  { readDb }: Pick<Parts, 'readDb'>,
  id: string,
  at: string,
): Promise<{ readonly service: ServiceFilter }> {
  const ofFreeKeys = await freeServices(readDb, at);
  return { service: { id, isOnFreeKeys: ofFreeKeys.some((one) => one.id === id) } };
}
