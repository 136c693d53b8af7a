export interface UserSignedUp {
  readonly type: 'UserSignedUp';
  readonly userId: string;
  /** Personal: sealed in the log. */
  readonly email: string;
  /** Personal: sealed in the log. */
  readonly name: string;
  /**
   * The team this sign-up makes, or joins by an invitation, and its name: what a later sign-in completes if it
   * is missing.
   */
  readonly teamId: string;
  readonly teamName: string;
  /** The membership that the invitation began; absent: nobody invited them, and the team is their own. */
  readonly membershipId?: string;
  readonly signedUpAt: string;
}

export type UserEvent = UserSignedUp;

export const userEventTypes = { UserSignedUp: true } as const satisfies {
  [T in UserEvent['type']]: true;
};

export const userStream = (userId: string): string => `user-${userId}`;
