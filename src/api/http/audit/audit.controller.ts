import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PARTS, type Parts } from '../../../application/parts.js';
import type { Principal } from '../../../application/principal.js';
import { keyDiff } from '../../../audit/diff.js';
import { auditEvents } from '../../../audit/events.js';
import { keyHistory } from '../../../audit/history.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller } from '../credentials.js';
import { KeyId } from '../keys/key-id.js';
import { CURSORS, cursorOf, listName, PageQuery, placeOf } from '../pages.js';
import { AuditAnswer, DiffAnswer, HistoryAnswer } from './answers.js';
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
    const after = (placeOf(this.cursors, list, cursor) as number | undefined) ?? 0;
    const { items, next } = valueOf(await keyHistory(this.parts, caller, keyId, { after, limit }));
    return { items, nextCursor: cursorOf(this.cursors, list, next) };
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

  @Get('audit/events')
  @ApiOperation({ summary: 'What happened in the team, oldest first' })
  @ApiOkResponse({ type: AuditAnswer })
  async events(@Caller() caller: Principal, @Query() query: AuditQuery): Promise<AuditAnswer> {
    const { limit, cursor, ...filters } = query;
    const list = listName('audit', caller.teamId, filters);
    const afterIndex = placeOf(this.cursors, list, cursor) as number | undefined;
    const asked = { ...filters, limit, ...(afterIndex !== undefined && { afterIndex }) };
    const { items, next } = valueOf(await auditEvents(this.parts, caller, asked));
    return { items, nextCursor: cursorOf(this.cursors, list, next) };
  }
}
