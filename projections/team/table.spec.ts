import type { MemberEvent, ProjectEvent } from '../../src/domain/team/events.js';
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
      revision: 1,
    });
    expect(projectRows.apply(undefined, begun, 'p1', 0)).toEqual({
      id: 'p1',
      teamId: 't1',
      name: 'Default',
      status: 'active',
      createdAt: instant(1),
      revision: 1,
    });
    expect(userRows.apply(undefined, signedUp, 'u1', 0)).toEqual({
      id: 'u1',
      email: 'ada@example.com',
      name: 'Ada',
      signedUpAt: instant(0),
    });
  });

  it('follows a project to and fro', () => {
    const after = (event: ProjectEvent, revision: number) => recorded('team-t1', event, { revision });
    const row = projectRows.apply(undefined, begun, 'p1', 0);
    const renamed = after(
      { type: 'ProjectRenamed', projectId: 'p1', name: 'Vision', renamedAt: instant(2) },
      2,
    );
    const archived = after({ type: 'ProjectArchived', projectId: 'p1', archivedAt: instant(3) }, 3);
    const restored = after({ type: 'ProjectRestored', projectId: 'p1', restoredAt: instant(4) }, 4);
    const rows = [renamed, archived, restored].map((_, n, all) =>
      all.slice(0, n + 1).reduce((last, one) => projectRows.apply(last, one, 'p1', 0), row),
    );
    expect(rows).toEqual([
      { ...row, name: 'Vision', revision: 2 },
      { ...row, name: 'Vision', status: 'archived', revision: 3 },
      { ...row, name: 'Vision', status: 'active', revision: 4 },
    ]);
    expect(projectRows.keysOf(archived)).toEqual(['p1']);
  });

  it('follows a member to their end', () => {
    const about = { membershipId: 'm1', userId: 'u1' };
    const after = (event: MemberEvent, revision: number) => recorded('team-t1', event, { revision });
    const row = memberRows.apply(undefined, joined, 't1/u1', 0);
    const changed = memberRows.apply(
      row,
      after(
        { type: 'MemberRoleChanged', ...about, role: 'AUDITOR', until: instant(9), changedAt: instant(2) },
        2,
      ),
      't1/u1',
      0,
    );
    expect(changed).toEqual({ ...row, role: 'AUDITOR', until: instant(9), revision: 2 });
    const removed = after({ type: 'MemberRemoved', ...about, removedAt: instant(3) }, 3);
    expect(memberRows.keysOf(removed)).toEqual(['t1/u1']);
    expect(memberRows.apply(changed, removed, 't1/u1', 0)).toBeUndefined();
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
