import type { BiasProfileCreated, ProfileEvent } from '../../src/domain/profile/events.js';
import type { Recorded } from '../../src/domain/recorded.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { type ProfileRow, profileRows } from './table.js';

const creation: BiasProfileCreated = {
  type: 'BiasProfileCreated',
  profileId: 'b1',
  teamId: 'team-1',
  name: 'Cautious',
  settings: { tone: 'kind', words: [1, null, { deep: true }] },
  createdAt: instant(0),
};
const created = recorded('profile-b1', creation);
const next = (event: ProfileEvent) => recorded('profile-b1', event, { revision: 2 });

function fold(...events: readonly Recorded[]): ProfileRow | undefined {
  return events.reduce<ProfileRow | undefined>(
    (row, event, index) => profileRows.apply(row, event, 'b1', index),
    undefined,
  );
}

describe('the read model profiles', () => {
  it('has an active row for what is created', () => {
    expect(fold(created)).toEqual({
      id: 'b1',
      teamId: 'team-1',
      name: 'Cautious',
      settings: creation.settings,
      status: 'active',
      createdAt: instant(0),
      revision: 1,
    });
  });

  it.each<[ProfileEvent, Partial<ProfileRow>]>([
    [{ type: 'BiasProfileUpdated', name: 'Open', updatedAt: instant(1) }, { name: 'Open' }],
    [{ type: 'BiasProfileUpdated', settings: {}, updatedAt: instant(1) }, { settings: {} }],
    [{ type: 'BiasProfileArchived', archivedAt: instant(1) }, { status: 'archived' }],
  ])('follows %j', (event, changes) => {
    expect(fold(created, next(event))).toEqual({ ...fold(created), ...changes, revision: 2 });
  });

  it('is about bias profiles only', () => {
    const other = recorded('key-b1', keyCreated());
    const row = fold(created);
    expect(profileRows.keysOf(other)).toEqual([]);
    expect(profileRows.apply(row, other, 'b1', 1)).toBe(row);
    expect(profileRows.keysOf(created)).toEqual(['b1']);
  });
});
