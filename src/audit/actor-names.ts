import { findKey } from '../../projections/keys/queries.js';
import { usersByIds } from '../../projections/team/queries.js';
import type { Parts } from '../application/parts.js';
import type { HistoryEntry } from './entry.js';

/** Adds what people call the actors: the names users gave themselves, and those of keys. */
export async function withActorNames<E extends HistoryEntry>(
  { readDb }: Parts,
  entries: readonly E[],
): Promise<E[]> {
  const idsOf = (type: string) => [
    ...new Set(entries.filter(({ actor }) => actor.type === type).map(({ actor }) => actor.id)),
  ];
  const [users, keys] = await Promise.all([
    usersByIds(readDb, idsOf('user')),
    Promise.all(idsOf('key').map((id) => findKey(readDb, id))),
  ]);
  const names = new Map<string, string>();
  for (const user of users) names.set(user.id, user.name);
  for (const key of keys) if (key) names.set(key.id, key.name);
  return entries.map((entry) => ({
    ...entry,
    actor: { ...entry.actor, name: names.get(entry.actor.id) ?? null },
  }));
}
