import { expectMade } from './made.js';
import { plain, type Refused, type Row, type Rows } from './row.js';
import type { World } from './world.js';

const team = '/v1/team';
const projects = '/v1/projects';
const members = '/v1/members';
const invitations = '/v1/invitations';
const invitation = { email: 'grace@example.com', role: 'USER' };
/** An instant that comes, within the lifetime of anything. */
const soon = '2100-01-01T00:00:00Z';
const gone = '2020-01-01T00:00:00Z';

/** Owners and admins change a project; a key sees the one that it acts in, and none of these. */
const changingOne = [200, 200, 403, 403, 404, 404] as const;

/** Of members a plain user and keys see nobody; an auditor sees all. */
const changingMember = (status: number) => [status, status, 404, 403, 404, 404] as const;

/** The projects of a team, and its people. */
export const teamRows: Rows = {
  'GET /v1/team': plain(team, [200, 200, 403, 200, 403, 403]),
  'GET /v1/teams': { ...plain('/v1/teams', [403, 403, 403, 403, 403, 403]), operator: 200 },
  'PATCH /v1/team': {
    statuses: [200, 200, 403, 403, 403, 403],
    request: async () => ({ path: team, body: { rotateEveryDays: 90 } }),
    refusals: async () => [
      refused(400, 'policy.default_exceeds_max', team, { defaultExpiresInDays: 9, maxExpiresInDays: 8 }),
    ],
  },
  'POST /v1/projects': {
    statuses: [201, 201, 403, 403, 403, 403],
    request: async () => ({ path: projects, body: { name: 'Vision' } }),
    refusals: async () => [refused(400, 'project.name_invalid', projects, { name: ' ' })],
  },
  'GET /v1/projects': plain(projects, [200, 200, 200, 200, 200, 200]),
  'GET /v1/projects/{projectId}': {
    statuses: [200, 200, 200, 200, 404, 404],
    request: aboutProject(''),
  },
  'PATCH /v1/projects/{projectId}': {
    statuses: changingOne,
    request: aboutProject('', { name: 'Speech' }),
    refusals: async (world) => [refused(400, 'project.name_invalid', await newProject(world), { name: ' ' })],
  },
  'PUT /v1/projects/{projectId}/status': {
    statuses: changingOne,
    request: aboutProject('/status', { status: 'archived' }),
  },
  'GET /v1/members': { ...plain(members, [200, 200, 403, 200, 403, 403]), operator: 403 },
  'GET /v1/members/{userId}': {
    statuses: [200, 200, 404, 200, 404, 404],
    operator: 404,
    request: async (world) => ({ path: `${members}/${await world.newMemberId()}` }),
  },
  'PATCH /v1/members/{userId}': {
    statuses: changingMember(200),
    operator: 404,
    request: async (world) => ({ path: `${members}/${await world.newMemberId()}`, body: { role: 'ADMIN' } }),
    refusals: async (world) => {
      const path = `${members}/${await world.newMemberId()}`;
      return [
        refused(409, 'member.last_owner', `${members}/${world.owner.user.id}`, { role: 'ADMIN' }),
        refused(400, 'member.until_needs_auditor', path, { role: 'ADMIN', until: soon }),
        refused(400, 'member.until_invalid', path, { role: 'AUDITOR', until: gone }),
        { ...refused(403, 'right.missing', path, { role: 'OWNER' }), as: await world.as('admin') },
      ];
    },
  },
  'DELETE /v1/members/{userId}': {
    statuses: changingMember(204),
    operator: 404,
    request: async (world) => ({ path: `${members}/${await world.newMemberId()}` }),
    refusals: async (world) => {
      const path = `${members}/${world.owner.user.id}`;
      return [
        refused(409, 'member.last_owner', path),
        { ...refused(403, 'right.missing', path), as: await world.as('admin') },
      ];
    },
  },
  'POST /v1/invitations': {
    statuses: [201, 201, 403, 403, 403, 403],
    request: async () => ({ path: invitations, body: invitation }),
    refusals: async (world) => [
      refused(400, 'user.email_invalid', invitations, { ...invitation, email: 'nowhere' }),
      refused(400, 'member.until_needs_auditor', invitations, { ...invitation, until: soon }),
      refused(400, 'member.until_invalid', invitations, { ...invitation, role: 'AUDITOR', until: gone }),
      {
        ...refused(403, 'right.missing', invitations, { ...invitation, role: 'OWNER' }),
        as: await world.as('admin'),
      },
    ],
  },
  'GET /v1/invitations': { ...plain(invitations, [200, 200, 403, 200, 403, 403]), operator: 403 },
  'DELETE /v1/invitations/{invitationId}': {
    statuses: changingMember(204),
    operator: 404,
    request: async (world) => {
      const made = await expectMade<{ invitation: { id: string } }>(world, invitations, invitation);
      return { path: `${invitations}/${made.invitation.id}` };
    },
  },
};

function refused(status: number, code: string, path: string, body?: object): Refused {
  return { path, status, code, ...(body && { body }) };
}

function aboutProject(rest: string, body?: object): Row['request'] {
  return async (world) => ({ path: `${await newProject(world)}${rest}`, ...(body && { body }) });
}

/** @returns its address */
async function newProject(world: World): Promise<string> {
  const made = await expectMade<{ project: { id: string } }>(world, projects, { name: 'Vision' });
  return `${projects}/${made.project.id}`;
}

export async function archivedProjectId(world: World): Promise<string> {
  const path = await newProject(world);
  await world.service.send('PUT', `${path}/status`, { as: world.owner, body: { status: 'archived' } });
  return path.split('/').at(-1) ?? '';
}
