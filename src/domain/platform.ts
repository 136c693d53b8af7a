/**
 * In the place of a team, and of a project, for what is the platform's own: operator keys, and what operators
 * do with the catalogue.
 */
export const platformId = 'platform';

/** Whether a key is an operator's: no team has it, and it acts for the platform. */
export function isOperatorKey({ teamId }: { readonly teamId: string }): boolean {
  return teamId === platformId;
}
