import type { Kysely } from 'kysely';
import { type AccessDatabase, readAccess } from '../../projections/access/queries.js';
import { type Position, start } from '../event-store/port.js';
import type { AccessIndex } from './access-index.js';

/**
 * Fills the index from the read model `access`, however far that has come: the log tells the rest.
 * @returns the position of the read model; the beginning where there is none yet
 */
export async function loadIndex(db: Kysely<unknown>, index: AccessIndex): Promise<Position> {
  const position = await readAccess(db as Kysely<AccessDatabase>, async (snapshot) => {
    for await (const member of snapshot.members) index.putMember(member);
    for await (const resource of snapshot.resources) index.putResource(resource);
    for await (const profile of snapshot.profiles) index.putProfile(profile);
    for await (const project of snapshot.projects) index.putProject(project);
    for await (const key of snapshot.keys) index.putKey(key);
    return snapshot.position;
  });
  return (position as Position | undefined) ?? start;
}
