import { ApiProperty } from '@nestjs/swagger';
import type { ListedTeam } from '../../../application/team/list-teams.js';

class ListedTeamAnswer implements ListedTeam {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export class TeamPageAnswer {
  @ApiProperty({ type: [ListedTeamAnswer] })
  readonly items!: readonly ListedTeam[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page; null on the last one.',
  })
  readonly nextCursor!: string | null;
}
