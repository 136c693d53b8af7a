import { findKey } from '../../projections/keys/queries.js';
import type { Parts } from '../application/parts.js';
import type { HistoryEntry } from './entry.js';

/** Adds what people call the actors: the names users gave themselves, and those of keys. */
export async function withActorNames<E extends HistoryEntry>(
  { readDb, lookups }: Parts,
  entries: readonly E[],
): Promise<E[]> {
  const idsOf = (type: string) => [
    ...new Set(entries.filter(({ actor }) => actor.type === type).map(({ actor }) => actor.id)),
  ];
  const [users, keys] = await Promise.all([
    lookups.users(idsOf('user')),
    Promise.all(idsOf('key').map((id) => findKey(readDb, id))),
  ]);
  const names = new Map<string, string>();
  for (const [id, { name }] of users) names.set(id, name);
  for (const key of keys) if (key) names.set(key.id, key.name);
  return entries.map((entry) => ({
    ...entry,
    actor: { ...entry.actor, name: names.get(entry.actor.id) ?? null },
  }));
}
