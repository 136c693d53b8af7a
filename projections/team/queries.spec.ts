import { instant } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import {
  listTeams,
  membersByIds,
  membersOfTeam,
  type ProjectFilter,
  projectsOfTeam,
  teamsOfUser,
  usersByIds,
} from './queries.js';
import { teamModel } from './table.js';

let house: House;

beforeAll(async () => {
  house = await openHouse();
  const runner = house.runner({ models: [teamModel] });
  await runner.start();
  for (const n of [1, 2, 3]) {
    const [userId, teamId, createdAt] = [`u${n}`, `t${n}`, instant(n)];
    const email = `u${n}@example.com`;
    await house.append(`user-${userId}`, {
      type: 'UserSignedUp',
      userId,
      email,
      name: `User ${n}`,
      teamId,
      teamName: `Team ${n}`,
      signedUpAt: createdAt,
    });
    await house.append(`team-${teamId}`, { type: 'TeamCreated', teamId, name: `Team ${n}`, createdAt });
    for (const [index, projectId] of [`b${n}`, `a${n}`].entries()) {
      const later = instant(n + index);
      await house.append(`team-${teamId}`, {
        type: 'ProjectCreated',
        projectId,
        name: projectId,
        createdAt: later,
      });
    }
  }
  await join('t3', 'u1', 30);
  await join('t1', 'u1', 10);
  await join('t1', 'u2', 20);
  await settle(house, runner);
});
afterAll(() => house.close());

async function join(teamId: string, userId: string, second: number): Promise<void> {
  await house.append(`team-${teamId}`, {
    type: 'MemberJoined',
    membershipId: `${teamId} ${userId}`,
    userId,
    role: second === 10 ? 'OWNER' : 'AUDITOR',
    ...(second === 30 && { until: instant(99) }),
    joinedAt: instant(second),
  });
}

describe('people and their teams', () => {
  it('lists all teams page by page, newest first', async () => {
    const [first, second, ...more] = await listTeams(house.db, { limit: 2 });
    expect([first, more]).toEqual([{ id: 't3', name: 'Team 3', createdAt: instant(3) }, []]);
    const { createdAt, id } = second!;
    const rest = await listTeams(house.db, { limit: 2, after: { createdAt, id } });
    expect([id, ...rest.map((team) => team.id)]).toEqual(['t2', 't1']);
  });

  it('knows the teams of a user, the one joined first first, and as what', async () => {
    expect(await teamsOfUser(house.db, 'u1')).toEqual([
      { id: 't1', name: 'Team 1', role: 'OWNER', until: null },
      { id: 't3', name: 'Team 3', role: 'AUDITOR', until: instant(99) },
    ]);
    expect(await teamsOfUser(house.db, 'u3')).toEqual([]);
  });

  it('knows the members of a team, who joined last first, in pages', async () => {
    const all = await membersOfTeam(house.db, { teamId: 't1', limit: 9 });
    expect(all.map(({ userId, role }) => [userId, role])).toEqual([
      ['u2', 'AUDITOR'],
      ['u1', 'OWNER'],
    ]);
    const [first] = await membersOfTeam(house.db, { teamId: 't1', limit: 1 });
    expect(first).toEqual(all[0]);
    expect(await membersOfTeam(house.db, { teamId: 't1', limit: 9, after: first! })).toEqual([all[1]]);
    expect(await membersOfTeam(house.db, { teamId: 't2', limit: 9 })).toEqual([]);
  });

  it('knows members by their ids, and leaves out who is none', async () => {
    const ids = ['t3/u1', 't3/u2', 'x'];
    expect(await membersByIds(house.db, ids)).toEqual([
      { memberId: 't3/u1', userId: 'u1', until: instant(99), name: 'User 1', email: 'u1@example.com' },
    ]);
    expect(await membersByIds(house.db, [])).toEqual([]);
  });

  it('knows the projects of a team, newest first, in pages, or one of them', async () => {
    const idsOf = async (filter: Omit<ProjectFilter, 'limit'>, limit = 9) =>
      (await projectsOfTeam(house.db, { ...filter, limit })).map(({ id }) => id);
    expect(await idsOf({ teamId: 't2' })).toEqual(['a2', 'b2']);
    const [first] = await projectsOfTeam(house.db, { teamId: 't2', limit: 1 });
    expect(await idsOf({ teamId: 't2', after: first! })).toEqual(['b2']);
    expect(await idsOf({ teamId: 't2', projectId: 'b2' })).toEqual(['b2']);
    expect(await idsOf({ teamId: 't1', projectId: 'b2' })).toEqual([]);
    expect(await idsOf({ teamId: 'nobody' })).toEqual([]);
  });

  it('knows what users are called, and leaves out whom it does not know', async () => {
    const users = await usersByIds(house.db, ['u2', 'nobody']);
    expect(users).toEqual([{ id: 'u2', name: 'User 2', email: 'u2@example.com', signedUpAt: instant(2) }]);
    expect(await usersByIds(house.db, [])).toEqual([]);
  });
});
