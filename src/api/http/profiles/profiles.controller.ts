import { Body, Controller, Get, HttpCode, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
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
import { ArchiveProfileCommand } from '../../../application/profile/archive-profile.js';
import { CreateProfileCommand } from '../../../application/profile/create-profile.js';
import { GetProfileQuery } from '../../../application/profile/get-profile.js';
import {
  ListProfilesQuery as ListProfiles,
  type ProfilePlace,
} from '../../../application/profile/list-profiles.js';
import { UpdateProfileCommand } from '../../../application/profile/update-profile.js';
import type { WriteReceipt } from '../../../application/receipt.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { BiasProfilePageAnswer, OneBiasProfileAnswer } from './answers.js';
import { CreateBiasProfileBody, ListBiasProfilesQuery, UpdateBiasProfileBody } from './requests.js';

const profileIdOf = new PathId('profile.not_found');

@ApiTags('bias profiles')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/bias-profiles')
export class ProfilesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a bias profile that keys can be given' })
  @ApiCreatedResponse({ type: OneBiasProfileAnswer })
  async create(
    @Caller() caller: Principal,
    @Body() body: CreateBiasProfileBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneBiasProfileAnswer> {
    const command = new CreateProfileCommand(caller, body, contextOf(request, caller));
    const { profileId, ...receipt } = valueOf(await this.commands.execute(command));
    void reply.header('location', `/v1/bias-profiles/${profileId}`);
    return this.answer(caller, profileId, receipt, reply);
  }

  @Get()
  @ApiOperation({ summary: 'List bias profiles, newest first' })
  @ApiOkResponse({ type: BiasProfilePageAnswer })
  async list(
    @Caller() caller: Principal,
    @Query() query: ListBiasProfilesQuery,
  ): Promise<BiasProfilePageAnswer> {
    const { limit, cursor, ...filters } = query;
    const list = listName('bias-profiles', caller.teamId, filters);
    return answerPage(this.cursors, list, cursor, (after?: ProfilePlace) =>
      this.queries.execute(new ListProfiles(caller, { ...filters, limit, ...(after && { after }) })),
    );
  }

  @Get(':profileId')
  @ApiOperation({ summary: 'Read a bias profile' })
  @ApiOkResponse({ type: OneBiasProfileAnswer })
  async read(
    @Caller() caller: Principal,
    @Param('profileId', profileIdOf) profileId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneBiasProfileAnswer> {
    const biasProfile = valueOf(await this.queries.execute(new GetProfileQuery(caller, profileId)));
    void reply.header('etag', etagOf(biasProfile.revision));
    return { biasProfile };
  }

  @Patch(':profileId')
  @ApiOperation({ summary: 'Change a bias profile', description: 'What is absent stays as it is.' })
  @ApiOkResponse({ type: OneBiasProfileAnswer })
  async update(
    @Caller() caller: Principal,
    @Param('profileId', profileIdOf) profileId: string,
    @Body() body: UpdateBiasProfileBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneBiasProfileAnswer> {
    const task = { principal: caller, profileId, context: contextOf(request, caller), expectedRevision };
    const receipt = valueOf(await this.commands.execute(new UpdateProfileCommand(task, body)));
    return this.answer(caller, profileId, receipt, reply);
  }

  @Post(':profileId/archive')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Archive a bias profile for ever',
    description: 'Not while a key has it, unless the key is revoked. Repeating it changes nothing.',
  })
  @ApiOkResponse({ type: OneBiasProfileAnswer })
  async archive(
    @Caller() caller: Principal,
    @Param('profileId', profileIdOf) profileId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneBiasProfileAnswer> {
    const task = { principal: caller, profileId, context: contextOf(request, caller), expectedRevision };
    const receipt = valueOf(await this.commands.execute(new ArchiveProfileCommand(task)));
    return this.answer(caller, profileId, receipt, reply);
  }

  /** The profile as the write left it. */
  private async answer(
    caller: Principal,
    profileId: string,
    { position }: WriteReceipt,
    reply: FastifyReply,
  ): Promise<OneBiasProfileAnswer> {
    writePosition(reply, position);
    return this.read(caller, profileId, reply);
  }
}
