export interface SignUp {
  readonly type: 'SignUp';
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly teamId: string;
  readonly teamName: string;
  /** Of the invitation they sign up with, if they do. */
  readonly membershipId?: string;
  readonly at: string;
}

export type UserCommand = SignUp;
