import { specOf } from '../../../test/support/given.js';
import { formatSecret } from '../access/secret.js';
import type {
  ChangeMember,
  ChangeProjectStatus,
  CreateProject,
  RemoveMember,
  RenameProject,
} from './commands.js';
import { decide } from './decide.js';
import type { Role, TeamEvent } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-01-01T00:00:00.000Z';
const founded: TeamEvent[] = [
  { type: 'TeamCreated', teamId: 't1', name: 'Engines', createdAt: at },
  { type: 'MemberJoined', membershipId: 'm1', userId: 'u1', role: 'OWNER', joinedAt: at },
  { type: 'ProjectCreated', projectId: 'p1', name: 'Default', createdAt: at },
];
const archived: TeamEvent = { type: 'ProjectArchived', projectId: 'p1', archivedAt: at };
const restored: TeamEvent = { type: 'ProjectRestored', projectId: 'p1', restoredAt: at };

const create = (name: string): CreateProject => ({
  type: 'CreateProject',
  projectId: 'p2',
  name,
  by: 'u1',
  at,
});
const rename = (name: string, projectId = 'p1'): RenameProject => ({
  type: 'RenameProject',
  projectId,
  name,
  by: 'u1',
  at,
});
const change = (status: 'active' | 'archived', projectId = 'p1'): ChangeProjectStatus => ({
  type: 'ChangeProjectStatus',
  projectId,
  status,
  by: 'u1',
  at,
});

describe('the projects of a team', () => {
  it('are made, each once', () => {
    const created: TeamEvent = { type: 'ProjectCreated', projectId: 'p2', name: 'Vision', createdAt: at };
    expect(given(...founded).when(create('Vision'))).toEqual([created]);
    expect(given(...founded, created).when(create('Vision'))).toEqual([]);
  });

  it('are renamed, archived ones too; a repeat changes nothing', () => {
    const renamed: TeamEvent = { type: 'ProjectRenamed', projectId: 'p1', name: 'Speech', renamedAt: at };
    expect(given(...founded).when(rename('Speech'))).toEqual([renamed]);
    expect(given(...founded, archived).when(rename('Speech'))).toEqual([renamed]);
    expect(given(...founded, renamed).when(rename('Speech'))).toEqual([]);
  });

  it('are archived and restored, and a repeat changes nothing', () => {
    expect(given(...founded).when(change('active'))).toEqual([]);
    expect(given(...founded).when(change('archived'))).toEqual([archived]);
    expect(given(...founded, archived).when(change('archived'))).toEqual([]);
    expect(given(...founded, archived).when(change('active'))).toEqual([restored]);
    expect(given(...founded, archived, restored).when(change('archived'))).toEqual([archived]);
  });

  it.each(['', ' a', 'a ', 'a\nb', '\u200b', 'x'.repeat(101)])('are not called %j', (name) => {
    const refusal = { code: 'project.name_invalid', field: 'name' };
    expect(given(...founded).when(create(name))).toEqual(refusal);
    expect(given(...founded).when(rename(name))).toEqual(refusal);
  });

  it('have no secret in their names', () => {
    const name = `see ${formatSecret('cks', new Uint8Array(32).fill(7))}`;
    const refusal = { code: 'field.contains_secret', field: 'name' };
    expect(given(...founded).when(create(name))).toEqual(refusal);
    expect(given(...founded).when(rename(name))).toEqual(refusal);
  });

  it('are those that are there', () => {
    expect(given(...founded).when(rename('Speech', 'p9'))).toEqual({ code: 'project.not_found' });
    expect(given(...founded).when(change('archived', 'p9'))).toEqual({ code: 'project.not_found' });
    expect(given().when(create('Vision'))).toEqual({ code: 'team.not_found' });
  });

  it('are managed by those alone who may at the very moment, and by keys that act for nobody', () => {
    const refusal = { code: 'right.missing' };
    const by = 'u3';
    const commands = (asker: string | null) =>
      [create('Vision'), rename('Speech'), change('archived')].map((one) => ({ ...one, by: asker }));
    for (const before of [[], [joined(by, 'USER')], [joined(by, 'AUDITOR')], [joined(by, 'ADMIN', at)]]) {
      for (const one of commands(by)) expect(given(...founded, ...before).when(one)).toEqual(refusal);
    }
    const managed = [...founded, joined(by, 'ADMIN')];
    for (const one of [...commands(by), ...commands(null)]) {
      expect(given(...managed).when(one)).toEqual([expect.objectContaining({ projectId: one.projectId })]);
    }
  });
});

const joined = (userId: string, role: Role, until?: string): TeamEvent => ({
  type: 'MemberJoined',
  membershipId: `m-${userId}`,
  userId,
  role,
  ...(until !== undefined && { until }),
  joinedAt: at,
});

describe('the members of a team', () => {
  const later = '2026-06-01T00:00:00.000Z';
  const make = (userId: string, role: Role, fields: Partial<ChangeMember> = {}): ChangeMember => ({
    type: 'ChangeMember',
    userId,
    role,
    by: 'u1',
    at,
    ...fields,
  });
  const remove = (userId: string, by = 'u1'): RemoveMember => ({ type: 'RemoveMember', userId, by, at });
  const made = (userId: string, role: Role, until?: string | null): TeamEvent => ({
    type: 'MemberRoleChanged',
    membershipId: `m-${userId}`,
    userId,
    role,
    ...(until !== undefined && { until }),
    changedAt: at,
  });
  const removed = (userId: string): TeamEvent => ({
    type: 'MemberRemoved',
    membershipId: `m-${userId}`,
    userId,
    removedAt: at,
  });
  const team = [...founded, joined('u2', 'USER')];

  it('get another role, and a repeat changes nothing', () => {
    expect(given(...team).when(make('u2', 'ADMIN'))).toEqual([made('u2', 'ADMIN')]);
    expect(given(...team, made('u2', 'ADMIN')).when(make('u2', 'ADMIN'))).toEqual([]);
  });

  it('are auditors until a date, and nothing else', () => {
    const auditing = [...team, made('u2', 'AUDITOR', later)];
    expect(given(...team).when(make('u2', 'AUDITOR', { until: later }))).toEqual([
      made('u2', 'AUDITOR', later),
    ]);
    expect(given(...auditing).when(make('u2', 'AUDITOR'))).toEqual([]);
    expect(given(...auditing).when(make('u2', 'AUDITOR', { until: null }))).toEqual([
      made('u2', 'AUDITOR', null),
    ]);
    expect(given(...auditing).when(make('u2', 'USER'))).toEqual([made('u2', 'USER', null)]);
    expect(given(...team).when(make('u2', 'ADMIN', { until: later }))).toEqual({
      code: 'member.until_needs_auditor',
      field: 'until',
    });
  });

  it('are removed once', () => {
    expect(given(...team).when(remove('u2'))).toEqual([removed('u2')]);
    expect(given(...team, removed('u2')).when(remove('u2'))).toEqual({ code: 'member.not_found' });
    expect(given(...team, removed('u2')).when(make('u2', 'ADMIN'))).toEqual({ code: 'member.not_found' });
    expect(given(...team, removed('u2'), joined('u2', 'ADMIN')).when(make('u2', 'ADMIN'))).toEqual([]);
  });

  it('have an owner, always', () => {
    const refusal = { code: 'member.last_owner' };
    expect(given(...team).when(make('u1', 'ADMIN'))).toEqual(refusal);
    expect(given(...team).when(remove('u1'))).toEqual(refusal);
    const two = [...team, made('u2', 'OWNER')];
    expect(given(...two).when(remove('u1'))).toEqual([{ ...removed('u1'), membershipId: 'm1' }]);
    expect(given(...two, made('u2', 'USER')).when(remove('u1'))).toEqual(refusal);
    expect(given(...founded, joined('u2', 'OWNER', at)).when(remove('u1'))).toEqual(refusal);
  });

  it('who own the team are for owners to make and to change', () => {
    const refusal = { code: 'right.missing' };
    const two = [...team, made('u2', 'OWNER')];
    const by = 'u3';
    for (const command of [make('u1', 'USER', { by }), remove('u1', by), make(by, 'OWNER', { by })]) {
      expect(given(...two, joined(by, 'ADMIN')).when(command)).toEqual(refusal);
    }
    const managed = [...team, joined(by, 'ADMIN')];
    expect(given(...managed).when(make('u2', 'OWNER', { by }))).toEqual(refusal);
    expect(given(...managed).when(make('u2', 'ADMIN', { by }))).toEqual([made('u2', 'ADMIN')]);
    expect(given(...managed).when(remove('u2', by))).toEqual([removed('u2')]);
  });

  it('are managed by those alone who may at the very moment, and leave by themselves', () => {
    const refusal = { code: 'right.missing' };
    const by = 'u3';
    const commands = [make('u2', 'ADMIN', { by }), remove('u2', by)];
    for (const before of [
      [],
      [joined(by, 'USER')],
      [joined(by, 'AUDITOR')],
      [joined(by, 'OWNER'), made(by, 'USER')],
      [joined(by, 'OWNER'), removed(by)],
      [joined(by, 'ADMIN', at)],
    ]) {
      for (const command of commands) expect(given(...team, ...before).when(command)).toEqual(refusal);
    }
    expect(given(...team, joined(by, 'AUDITOR')).when(remove(by, by))).toEqual([removed(by)]);
  });
});

describe('the state of a team', () => {
  it('counts its events, and tells at which of them a project changed last', () => {
    const team = [...founded, archived].reduce(evolve, undefined);
    expect(team).toMatchObject({ revision: 4, projects: [{ status: 'archived', revision: 4 }] });
  });
});
