import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../credentials.js';
import { joinPage } from './join-page.js';

/** Where the link of an invitation leads. */
@ApiTags('accounts')
@Public()
@Controller('join')
export class JoinController {
  @Get()
  @ApiOperation({
    summary: 'The page of the link of an invitation',
    description: 'It signs up or in with the invitation; looking at the page uses nothing up.',
  })
  @ApiOkResponse({ content: { 'text/html': { schema: { type: 'string' } } } })
  joinPage(@Res({ passthrough: true }) reply: FastifyReply): string {
    void reply.headers(joinPage.headers);
    return joinPage.html;
  }
}
