import { Body, Controller, Get, Inject, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../application/principal.js';
import type { WriteReceipt } from '../../../application/receipt.js';
import {
  ChangeProjectStatusCommand,
  RenameProjectCommand,
} from '../../../application/team/change-project.js';
import { CreateProjectCommand } from '../../../application/team/create-project.js';
import { GetProjectQuery } from '../../../application/team/get-project.js';
import { ListProjectsQuery, type ProjectPlace } from '../../../application/team/list-projects.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName, PageQuery } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { OneProjectAnswer, ProjectPageAnswer } from './project-answers.js';
import { ProjectNameBody, ProjectStatusBody } from './project-requests.js';

const projectIdOf = new PathId('project.not_found');

@ApiTags('projects')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/projects')
export class ProjectsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a project that keys can act in' })
  @ApiCreatedResponse({ type: OneProjectAnswer })
  async create(
    @Caller() caller: Principal,
    @Body() { name }: ProjectNameBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneProjectAnswer> {
    const command = new CreateProjectCommand(caller, name, contextOf(request, caller));
    const { projectId, ...receipt } = valueOf(await this.commands.execute(command));
    void reply.header('location', `/v1/projects/${projectId}`);
    return this.answer(caller, projectId, receipt, reply);
  }

  @Get()
  @ApiOperation({
    summary: 'List the projects of the team, newest first; a key sees the one that it acts in',
  })
  @ApiOkResponse({ type: ProjectPageAnswer })
  async list(@Caller() caller: Principal, @Query() { limit, cursor }: PageQuery): Promise<ProjectPageAnswer> {
    const list = listName('projects', caller.teamId, {});
    return answerPage(this.cursors, list, cursor, (after?: ProjectPlace) =>
      this.queries.execute(new ListProjectsQuery(caller, { limit, ...(after && { after }) })),
    );
  }

  @Get(':projectId')
  @ApiOperation({ summary: 'Read a project' })
  @ApiOkResponse({ type: OneProjectAnswer })
  async read(
    @Caller() caller: Principal,
    @Param('projectId', projectIdOf) projectId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneProjectAnswer> {
    const project = valueOf(await this.queries.execute(new GetProjectQuery(caller, projectId)));
    void reply.header('etag', etagOf(project.revision));
    return { project };
  }

  @Patch(':projectId')
  @ApiOperation({ summary: 'Rename a project' })
  @ApiOkResponse({ type: OneProjectAnswer })
  async rename(
    @Caller() caller: Principal,
    @Param('projectId', projectIdOf) projectId: string,
    @Body() { name }: ProjectNameBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneProjectAnswer> {
    const task = { principal: caller, projectId, context: contextOf(request, caller), expectedRevision };
    const receipt = valueOf(await this.commands.execute(new RenameProjectCommand(task, name)));
    return this.answer(caller, projectId, receipt, reply);
  }

  @Put(':projectId/status')
  @ApiOperation({
    summary: 'Archive or restore a project',
    description:
      'The keys of an archived project are refused from the next request on, until it is restored.',
  })
  @ApiOkResponse({ type: OneProjectAnswer })
  async changeStatus(
    @Caller() caller: Principal,
    @Param('projectId', projectIdOf) projectId: string,
    @Body() { status }: ProjectStatusBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneProjectAnswer> {
    const task = { principal: caller, projectId, context: contextOf(request, caller), expectedRevision };
    const receipt = valueOf(await this.commands.execute(new ChangeProjectStatusCommand(task, status)));
    return this.answer(caller, projectId, receipt, reply);
  }

  /** The project as the write left it. */
  private async answer(
    caller: Principal,
    projectId: string,
    { position }: WriteReceipt,
    reply: FastifyReply,
  ): Promise<OneProjectAnswer> {
    writePosition(reply, position);
    return this.read(caller, projectId, reply);
  }
}
