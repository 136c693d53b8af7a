import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiOkResponse,
  ApiOperation,
  type ApiResponseSchemaHost,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PARTS, type Parts } from '../../../application/parts.js';
import type { Principal } from '../../../application/principal.js';
import { eventsBehind } from '../../../audit/decision.js';
import { keyDiff } from '../../../audit/diff.js';
import { auditEvents } from '../../../audit/events.js';
import { keyHistory } from '../../../audit/history.js';
import type { Cursors } from '../../../platform/cursors.js';
import { verifyPast } from '../../../verification/verify-past.js';
import { valueOf } from '../answers.js';
import { Caller } from '../credentials.js';
import { jsonType } from '../hot/fast-lane.js';
import { verdictSchema } from '../hot/schemas.js';
import { verdictText } from '../hot/verdict-text.js';
import { KeyId } from '../keys/key-id.js';
import { answerPage, CURSORS, listName, PageQuery } from '../pages.js';
import { AuditAnswer, DiffAnswer, HistoryAnswer } from './answers.js';
import { DecisionBody } from './decision-request.js';
import { AuditQuery, DiffQuery, diffRequestOf } from './requests.js';

@ApiTags('audit')
@ApiCookieAuth()
@Controller('v1')
export class AuditController {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Get('keys/:keyId/history')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'What happened to a key, oldest first' })
  @ApiOkResponse({ type: HistoryAnswer })
  async history(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<HistoryAnswer> {
    const list = listName('history', caller.teamId, { keyId });
    return answerPage(this.cursors, list, cursor, (after?: number) =>
      keyHistory(this.parts, caller, keyId, { after: after ?? 0, limit }),
    );
  }

  @Get('keys/:keyId/diff')
  @ApiBearerAuth()
  @ApiOperation({ summary: 'What tells a key at one moment from the same key at another' })
  @ApiOkResponse({ type: DiffAnswer })
  async diff(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Query() query: DiffQuery,
  ): Promise<DiffAnswer> {
    return valueOf(await keyDiff(this.parts, caller, keyId, diffRequestOf(query)));
  }

  @Post('audit/decision')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'What verification would have answered about a key at an instant',
    description:
      'Told from the log by the very functions that decide now. An instant of the last seconds may still change.',
  })
  @ApiOkResponse({ schema: verdictSchema as unknown as ApiResponseSchemaHost['schema'] })
  async decision(
    @Caller() caller: Principal,
    @Body() { keyId, secretId, at, ...request }: DecisionBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const events = valueOf(await eventsBehind(this.parts, caller, keyId, at));
    const presented = { keyId, ...(secretId !== undefined && { secretId }) };
    void reply.type(jsonType);
    return verdictText(verifyPast(events, presented, request, at));
  }

  @Get('audit/events')
  @ApiOperation({ summary: 'What happened in the team, oldest first' })
  @ApiOkResponse({ type: AuditAnswer })
  async events(@Caller() caller: Principal, @Query() query: AuditQuery): Promise<AuditAnswer> {
    const { limit, cursor, ...filters } = query;
    const list = listName('audit', caller.teamId, filters);
    return answerPage(this.cursors, list, cursor, (afterIndex?: number) =>
      auditEvents(this.parts, caller, { ...filters, limit, ...(afterIndex !== undefined && { afterIndex }) }),
    );
  }
}
