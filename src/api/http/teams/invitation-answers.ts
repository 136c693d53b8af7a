import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { InvitationView } from '../../../application/team/list-invitations.js';
import { type Role, roles } from '../../../domain/team/events.js';

export class InvitationAnswer implements InvitationView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty()
  readonly email!: string;

  @ApiProperty({ enum: roles })
  readonly role!: Role;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the membership would end; null: it would not end by itself.',
  })
  readonly until!: string | null;

  @ApiProperty({ format: 'date-time', description: 'From this instant on nobody joins by it.' })
  readonly expiresAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly invitedAt!: string;
}

class NewInvitationAnswer extends InvitationAnswer {
  @ApiPropertyOptional({
    format: 'uri',
    description:
      'The link for whoever is invited, shown this once; absent where it is sent by mail. What follows its `#` is the `invitation` of a sign-up ' +
      'or sign-in.',
  })
  readonly url?: string;
}

export class OneInvitationAnswer {
  @ApiProperty({ type: NewInvitationAnswer })
  readonly invitation!: NewInvitationAnswer;
}

export class InvitationPageAnswer {
  @ApiProperty({ type: [InvitationAnswer] })
  readonly items!: readonly InvitationView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page; null on the last one.',
  })
  readonly nextCursor!: string | null;
}
