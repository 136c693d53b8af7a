import { Controller, Get, Inject, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../application/principal.js';
import { ListTeamsQuery, type TeamPlace } from '../../../application/team/list-teams.js';
import type { Cursors } from '../../../platform/cursors.js';
import { Caller } from '../credentials.js';
import { answerPage, CURSORS, listName, PageQuery } from '../pages.js';
import { TeamPageAnswer } from './team-answers.js';

@ApiTags('teams')
@ApiBearerAuth()
@Controller('v1/teams')
export class TeamsController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List the teams of the installation, newest first',
    description: 'For operators, who look into one by naming its id in `Compass-Team`.',
  })
  @ApiOkResponse({ type: TeamPageAnswer })
  async list(@Caller() caller: Principal, @Query() { limit, cursor }: PageQuery): Promise<TeamPageAnswer> {
    return answerPage(this.cursors, listName('teams', '', {}), cursor, (after?: TeamPlace) =>
      this.queries.execute(new ListTeamsQuery(caller, { limit, ...(after && { after }) })),
    );
  }
}
