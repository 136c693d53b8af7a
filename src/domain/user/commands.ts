export interface SignUp {
  readonly type: 'SignUp';
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly teamId: string;
  readonly teamName: string;
  readonly at: string;
}

export type UserCommand = SignUp;
