import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { NewKeyAnswer } from '../keys/answers.js';
import { NewProjectAnswer } from '../teams/project-answers.js';

class UserAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty()
  readonly email!: string;

  @ApiProperty()
  readonly name!: string;
}

class TeamAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty()
  readonly name!: string;
}

class MembershipAnswer extends TeamAnswer {
  @ApiProperty({ enum: ['OWNER', 'ADMIN', 'USER', 'AUDITOR'] })
  readonly role!: string;
}

export class SignedUpAnswer {
  @ApiProperty({ type: UserAnswer })
  readonly user!: UserAnswer;

  @ApiProperty({ type: TeamAnswer })
  readonly team!: TeamAnswer;

  @ApiProperty({ type: NewProjectAnswer })
  readonly project!: NewProjectAnswer;

  @ApiPropertyOptional({
    type: NewKeyAnswer,
    description: 'The one free key of the team; absent for those who joined a team by an invitation.',
  })
  readonly freeKey?: NewKeyAnswer;
}

export class SignedInAnswer {
  @ApiProperty({ type: UserAnswer })
  readonly user!: UserAnswer;

  @ApiProperty({ type: [MembershipAnswer] })
  readonly teams!: readonly MembershipAnswer[];

  @ApiPropertyOptional({
    type: NewKeyAnswer,
    description: 'Only where this sign-in completed a sign-up that was interrupted before the key was made.',
  })
  readonly freeKey?: NewKeyAnswer;
}

export class MeAnswer extends SignedInAnswer {
  @ApiProperty({ type: MembershipAnswer })
  readonly currentTeam!: MembershipAnswer;

  @ApiProperty({ type: String, nullable: true, description: 'Whom to ask for help.' })
  readonly supportContact!: string | null;
}
