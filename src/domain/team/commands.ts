/** Founds a team with its first owner and its first project. */
export interface FoundTeam {
  readonly type: 'FoundTeam';
  readonly teamId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly membershipId: string;
  readonly projectId: string;
  readonly at: string;
}

export type TeamCommand = FoundTeam;
