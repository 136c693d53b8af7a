import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { memberRows, projectRows, teamModel, teamRows, userRows } from './table.js';

const founded = recorded('team-t1', {
  type: 'TeamCreated',
  teamId: 't1',
  name: 'Engines',
  createdAt: instant(1),
});
const joined = recorded('team-t1', {
  type: 'MemberJoined',
  membershipId: 'm1',
  userId: 'u1',
  role: 'OWNER',
  joinedAt: instant(1),
});
const begun = recorded('team-t1', {
  type: 'ProjectCreated',
  projectId: 'p1',
  name: 'Default',
  createdAt: instant(1),
});
const signedUp = recorded('user-u1', {
  type: 'UserSignedUp',
  userId: 'u1',
  email: 'ada@example.com',
  name: 'Ada',
  teamId: 't1',
  teamName: 'Engines',
  signedUpAt: instant(0),
});

describe('the read model team', () => {
  it('has one row for each thing that begins', () => {
    expect(teamRows.apply(undefined, founded, 't1', 0)).toEqual({
      id: 't1',
      name: 'Engines',
      createdAt: instant(1),
    });
    expect(memberRows.apply(undefined, joined, 't1/u1', 0)).toEqual({
      memberId: 't1/u1',
      membershipId: 'm1',
      teamId: 't1',
      userId: 'u1',
      role: 'OWNER',
      until: null,
      joinedAt: instant(1),
    });
    expect(projectRows.apply(undefined, begun, 'p1', 0)).toEqual({
      id: 'p1',
      teamId: 't1',
      name: 'Default',
      createdAt: instant(1),
    });
    expect(userRows.apply(undefined, signedUp, 'u1', 0)).toEqual({
      id: 'u1',
      email: 'ada@example.com',
      name: 'Ada',
      signedUpAt: instant(0),
    });
  });

  it('finds for each event the one table and key it is about', () => {
    const keysByTable = [founded, joined, begun, signedUp, recorded('key-k1', keyCreated())].map((event) =>
      teamModel.tables.map((table) => table.keysOf(event)),
    );
    expect(keysByTable).toEqual([
      [['t1'], [], [], []],
      [[], ['t1/u1'], [], []],
      [[], [], ['p1'], []],
      [[], [], [], ['u1']],
      [[], [], [], []],
    ]);
  });
});
