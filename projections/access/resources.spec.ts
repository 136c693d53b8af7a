import type { ProfileEvent } from '../../src/domain/profile/events.js';
import type { Recorded } from '../../src/domain/recorded.js';
import type { ResourceEvent } from '../../src/domain/resource/events.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { profileAccess } from './profiles.js';
import { resourceAccess } from './resources.js';

const historyOf = (stream: string, events: readonly (ResourceEvent | ProfileEvent)[]): Recorded[] =>
  events.map((event, n) => recorded(stream, event, { revision: n + 1 }));

describe('what verification knows of a resource', () => {
  const registered: ResourceEvent = {
    type: 'ResourceRegistered',
    resourceId: 'r1',
    teamId: 't1',
    name: 'Chat',
    model: 'm1',
    resourceType: 'TPM',
    registeredAt: instant(0),
  };
  const deactivated: ResourceEvent = { type: 'ResourceDeactivated', deactivatedAt: instant(1) };
  const activated: ResourceEvent = { type: 'ResourceActivated', activatedAt: instant(2) };
  const after = (...events: readonly ResourceEvent[]) =>
    historyOf('resource-r1', events).reduce<ReturnType<typeof resourceAccess.apply>>(
      (row, one) => resourceAccess.apply(row, one, 'r1', 0),
      undefined,
    );

  it('is its model, and whether it is active', () => {
    const row = { resourceId: 'r1', teamId: 't1', model: 'm1', isActive: true, revision: 1 };
    expect(after(registered)).toEqual(row);
    expect(after(registered, deactivated)).toEqual({ ...row, isActive: false, revision: 2 });
    expect(after(registered, deactivated, activated)).toEqual({ ...row, revision: 3 });
  });

  it('is found by the stream of its events, and by no others', () => {
    expect(resourceAccess.keysOf(recorded('resource-r1', deactivated))).toEqual(['r1']);
    expect(resourceAccess.keysOf(recorded('key-k1', keyCreated()))).toEqual([]);
  });
});

describe('what verification tells of a bias profile', () => {
  const created: ProfileEvent = {
    type: 'BiasProfileCreated',
    profileId: 'b1',
    teamId: 't1',
    name: 'Careful',
    settings: { weights: [0.5, { tone: 'warm' }], strict: true },
    createdAt: instant(0),
  };
  const after = (...events: readonly ProfileEvent[]) =>
    historyOf('profile-b1', events).reduce<ReturnType<typeof profileAccess.apply>>(
      (row, one) => profileAccess.apply(row, one, 'b1', 0),
      undefined,
    );
  const row = {
    profileId: 'b1',
    teamId: 't1',
    name: 'Careful',
    settingsText: '{"weights":[0.5,{"tone":"warm"}],"strict":true}',
    revision: 1,
  };

  it('is its name and its settings, as they were given', () => {
    expect(after(created)).toEqual(row);
    expect(after(created, { type: 'BiasProfileUpdated', name: 'Bold', updatedAt: instant(1) })).toEqual({
      ...row,
      name: 'Bold',
      revision: 2,
    });
    expect(after(created, { type: 'BiasProfileUpdated', settings: {}, updatedAt: instant(1) })).toMatchObject(
      { name: 'Careful', settingsText: '{}', revision: 2 },
    );
    expect(after(created, { type: 'BiasProfileArchived', archivedAt: instant(1) })).toEqual({
      ...row,
      revision: 2,
    });
  });

  it('is found by the stream of its events, and by no others', () => {
    expect(profileAccess.keysOf(recorded('profile-b1', created))).toEqual(['b1']);
    expect(profileAccess.keysOf(recorded('key-k1', keyCreated()))).toEqual([]);
  });
});
