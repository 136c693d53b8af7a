import { policyAccess } from '../../projections/access/policies.js';
import { profileAccess } from '../../projections/access/profiles.js';
import { projectAccess } from '../../projections/access/projects.js';
import { readAccess, type SnapshotPool } from '../../projections/access/queries.js';
import { resourceAccess } from '../../projections/access/resources.js';
import { serviceAccess } from '../../projections/access/services.js';
import { keyAccess, memberAccess } from '../../projections/access/table.js';
import { walletAccess } from '../../projections/access/wallets.js';
import { type Position, start } from '../event-store/port.js';
import type { AccessIndex } from './access-index.js';
import { ownOfKey } from './packed-keys.js';

/**
 * Fills the index from the read model `access`, however far that has come: the log tells the rest.
 * @returns the position of the read model; the beginning where there is none yet
 */
export async function loadIndex(pool: SnapshotPool, index: AccessIndex): Promise<Position> {
  const position = await readAccess(pool, async (snapshot) => {
    await snapshot.each(memberAccess, index.putMember);
    await snapshot.each(resourceAccess, index.putResource);
    await snapshot.each(profileAccess, index.putProfile);
    await snapshot.each(projectAccess, index.putProject);
    await snapshot.each(policyAccess, index.putPolicy);
    await snapshot.each(serviceAccess, index.putService);
    await snapshot.each(walletAccess, index.putWallet);
    index.reserveKeys(snapshot.countAbout(keyAccess));
    const { shareByKeys: share, putCopiedKey: take } = index;
    await snapshot.eachSharing(keyAccess, { own: ownOfKey, share, take });
    return snapshot.position;
  });
  return (position as Position | undefined) ?? start;
}
