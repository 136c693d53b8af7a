import { type Decision, happened, nothing, refused } from '../decision.js';
import { faultOf } from '../text.js';
import { changePolicy } from './change-policy.js';
import type { FoundTeam, TeamCommand } from './commands.js';
import type { TeamEvent } from './events.js';
import { invite, join, withdraw } from './invitations.js';
import { changeMember, removeMember } from './members.js';
import { changeProjectStatus, createProject, renameProject } from './projects.js';
import type { TeamState } from './state.js';

export function decide(command: TeamCommand, team: TeamState): Decision<TeamEvent> {
  if (command.type === 'FoundTeam') return found(team, command);
  if (!team) return refused('team.not_found');
  switch (command.type) {
    case 'ChangePolicy':
      return changePolicy(team, command);
    case 'CreateProject':
      return createProject(team, command);
    case 'RenameProject':
      return renameProject(team, command);
    case 'ChangeProjectStatus':
      return changeProjectStatus(team, command);
    case 'ChangeMember':
      return changeMember(team, command);
    case 'RemoveMember':
      return removeMember(team, command);
    case 'InviteMember':
      return invite(team, command);
    case 'WithdrawInvitation':
      return withdraw(team, command);
    case 'JoinTeam':
      return join(team, command);
  }
}

export const firstProjectName = 'Default';

/** One append: there is never a team without an owner and a project. */
export function found(team: TeamState, command: FoundTeam): Decision<TeamEvent> {
  if (team) return nothing;
  const fault = faultOf({ teamName: command.name });
  if (fault) return refused(fault.code, fault.field);
  const { teamId, name, ownerId, membershipId, projectId, at } = command;
  return happened<TeamEvent>(
    { type: 'TeamCreated', teamId, name, createdAt: at },
    { type: 'MemberJoined', membershipId, userId: ownerId, role: 'OWNER', joinedAt: at },
    { type: 'ProjectCreated', projectId, name: firstProjectName, createdAt: at },
  );
}
