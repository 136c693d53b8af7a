import { ApiProperty } from '@nestjs/swagger';
import type { MemberView } from '../../../application/team/member-view.js';
import { type Role, roles } from '../../../domain/team/events.js';

export class MemberAnswer implements MemberView {
  @ApiProperty({ format: 'uuid' })
  readonly userId!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly name!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly email!: string | null;

  @ApiProperty({ enum: roles })
  readonly role!: Role;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'From this instant on the membership has ended; null: it does not end by itself.',
  })
  readonly until!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly joinedAt!: string;

  @ApiProperty({
    type: 'integer',
    description: "Events of the team's stream, up to the last one about the membership; also its ETag.",
  })
  readonly revision!: number;
}

export class OneMemberAnswer {
  @ApiProperty({ type: MemberAnswer })
  readonly member!: MemberView;
}

export class MemberPageAnswer {
  @ApiProperty({ type: [MemberAnswer] })
  readonly items!: readonly MemberView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page; null on the last one.',
  })
  readonly nextCursor!: string | null;
}
