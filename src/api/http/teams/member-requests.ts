import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import type { ChangeMemberRequest } from '../../../application/team/change-member.js';
import type { InviteMemberRequest } from '../../../application/team/invite-member.js';
import { type Role, roles } from '../../../domain/team/events.js';
import { OptionalInstant } from '../fields.js';

export class ChangeMemberBody implements ChangeMemberRequest {
  @ApiProperty({ enum: roles })
  @IsIn(roles)
  readonly role!: Role;

  @OptionalInstant({
    description: 'Of auditors: when the membership ends; null: not by itself.',
    nullable: true,
  })
  readonly until?: string | null;
}

export class InviteMemberBody implements InviteMemberRequest {
  @ApiProperty({ maxLength: 254, example: 'grace@example.com' })
  @IsString()
  @MaxLength(1_000)
  readonly email!: string;

  @ApiProperty({ enum: roles })
  @IsIn(roles)
  readonly role!: Role;

  @OptionalInstant({ description: 'Of auditors: when the membership ends.' })
  readonly until?: string;
}
