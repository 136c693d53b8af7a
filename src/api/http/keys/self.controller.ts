import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { GetKeyQuery } from '../../../application/key/get-key.js';
import type { Principal } from '../../../application/principal.js';
import { ListProjectsQuery } from '../../../application/team/list-projects.js';
import { ProjectAnswer } from '../accounts/answers.js';
import { problemOfRefusal, valueOf } from '../answers.js';
import { Caller } from '../credentials.js';
import { OneKeyAnswer } from './answers.js';

class ProjectsAnswer {
  @ApiProperty({ type: [ProjectAnswer] })
  readonly items!: readonly ProjectAnswer[];
}

/** What a caller may ask about itself and its surroundings. */
@Controller('v1')
@ApiBearerAuth()
export class SelfController {
  constructor(private readonly queries: QueryBus) {}

  @Get('whoami')
  @ApiTags('keys')
  @ApiOperation({ summary: 'The key that is presented, as its holder may see it' })
  @ApiOkResponse({ type: OneKeyAnswer })
  async whoami(@Caller() caller: Principal): Promise<OneKeyAnswer> {
    if (caller.type !== 'key') throw problemOfRefusal({ code: 'right.missing' });
    return { key: valueOf(await this.queries.execute(new GetKeyQuery(caller, caller.access.keyId))) };
  }

  @Get('projects')
  @ApiTags('team')
  @ApiCookieAuth()
  @ApiOperation({ summary: 'The projects of the team in the order of their making' })
  @ApiOkResponse({ type: ProjectsAnswer })
  async projects(@Caller() caller: Principal): Promise<ProjectsAnswer> {
    return { items: await this.queries.execute(new ListProjectsQuery(caller)) };
  }
}
