import { instant, keyCreated } from '../../test/support/projection-events.js';
import { foldOf, type House, openHouse, settle } from '../../test/support/projection-house.js';
import type { Table } from '../runner/model.js';
import type { Snapshot } from '../runner/snapshot.js';
import { profileAccess } from './profiles.js';
import { projectAccess } from './projects.js';
import { readAccess } from './queries.js';
import { resourceAccess } from './resources.js';
import { serviceAccess } from './services.js';
import { accessModel, keyAccess, memberAccess } from './table.js';
import { walletAccess } from './wallets.js';

/** More than comes at once. */
const keysCount = 10_001;

let house: House;

beforeEach(async () => {
  house = await openHouse('nothing');
});
afterEach(() => house.close());

async function listed<Row extends object>({ each }: Snapshot, table: Table<Row>): Promise<Row[]> {
  const list: Row[] = [];
  await each(table, (row) => list.push(row));
  return list;
}

describe('everything verification needs', () => {
  it('is read as it was at one position', async () => {
    for (let n = 0; n < keysCount; n++) await house.append(`key-k${n}`, keyCreated({ keyId: `k${n}` }));
    const about = { type: 'MemberJoined', membershipId: 'm1', role: 'OWNER', joinedAt: instant(0) } as const;
    for (const userId of ['u1', 'u2']) await house.append('team-t1', { ...about, userId });
    await house.append('team-t1', {
      type: 'ProjectCreated',
      projectId: 'p1',
      name: 'Vision',
      createdAt: instant(0),
    });
    await house.append('resource-r1', {
      type: 'ResourceRegistered',
      resourceId: 'r1',
      teamId: 't1',
      name: 'Chat',
      model: 'm1',
      resourceType: 'TPM',
      registeredAt: instant(0),
    });
    await house.append('profile-b1', {
      type: 'BiasProfileCreated',
      profileId: 'b1',
      teamId: 't1',
      name: 'Careful',
      settings: { tone: 'warm', deep: [{ n: 1.5e300 }] },
      createdAt: instant(0),
    });
    await house.append('service-s1', {
      type: 'ServiceRegistered',
      serviceId: 's1',
      name: 'Chat',
      free: true,
      currency: 'USD',
      billingPolicies: ['free'],
      registeredAt: instant(0),
    });
    await house.append('wallet-w1', {
      type: 'WalletOpened',
      walletId: 'w1',
      teamId: 't1',
      name: 'Research',
      currency: 'USD',
      openedAt: instant(0),
    });
    const runner = house.runner({ models: [accessModel] });
    await runner.start();
    const head = await house.ledger.head();
    const events = await house.events();

    const snapshot = await readAccess(house.pool, async (snapshot) => {
      await house.append('key-k0', { type: 'KeyRevoked', reason: 'superseded', revokedAt: instant(1) });
      await settle(house, runner);
      return {
        position: snapshot.position,
        count: snapshot.countAbout(keyAccess),
        keys: await listed(snapshot, keyAccess),
        members: await listed(snapshot, memberAccess),
        resources: await listed(snapshot, resourceAccess),
        profiles: await listed(snapshot, profileAccess),
        projects: await listed(snapshot, projectAccess),
        services: await listed(snapshot, serviceAccess),
        wallets: await listed(snapshot, walletAccess),
      };
    });

    expect(snapshot?.position).toBe(head);
    expect(snapshot?.count).toBe(keysCount);
    expect(new Map(snapshot?.keys.map((key) => [key.keyId, key]))).toEqual(foldOf(keyAccess, events));
    expect(snapshot?.keys).toHaveLength(keysCount);
    expect(new Map(snapshot?.members.map((one) => [one.memberId, one]))).toEqual(
      foldOf(memberAccess, events),
    );
    expect(snapshot?.resources).toEqual([...foldOf(resourceAccess, events).values()]);
    expect(snapshot?.profiles).toEqual([...foldOf(profileAccess, events).values()]);
    expect(snapshot?.projects).toEqual([...foldOf(projectAccess, events).values()]);
    expect(snapshot?.services).toEqual([...foldOf(serviceAccess, events).values()]);
    expect(snapshot?.wallets).toEqual([...foldOf(walletAccess, events).values()]);
    const { resources, profiles, projects, services, wallets } = snapshot!;
    expect([resources, profiles, projects, services, wallets].map(({ length }) => length)).toEqual([
      1, 1, 1, 1, 1,
    ]);
  });

  it('is not there before the read model is', async () => {
    expect(await readAccess(house.pool, () => Promise.resolve('something'))).toBeUndefined();
  });
});
