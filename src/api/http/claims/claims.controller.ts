import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClaimSecretCommand } from '../../../application/key/claim-secret.js';
import { valueOf } from '../answers.js';
import { anonymousContextOf, Public } from '../credentials.js';
import { RequiredText } from '../fields.js';
import { writePosition } from '../receipts.js';
import { claimPage } from './page.js';

class ClaimBody {
  @RequiredText({ maxLength: 200, description: 'What follows the `#` in the link that was sent.' })
  readonly token!: string;
}

class ClaimedAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly keyId!: string;

  @ApiProperty({ description: 'Of the key.' })
  readonly name!: string;

  @ApiProperty({ description: 'Shown this once.' })
  readonly secret!: string;
}

/** The secret of a new key for whoever was sent the link: who may see it is who has the link, once. */
@ApiTags('claims')
@Public()
@Controller()
export class ClaimsController {
  constructor(private readonly commands: CommandBus) {}

  @Get('claim')
  @ApiOperation({
    summary: 'The page of the link in a mail about a new key',
    description: 'It shows a button, and the secret when it is pressed; looking at the page uses nothing up.',
  })
  @ApiOkResponse({ content: { 'text/html': { schema: { type: 'string' } } } })
  page(@Res({ passthrough: true }) reply: FastifyReply): string {
    void reply.headers(claimPage.headers);
    return claimPage.html;
  }

  @Post('v1/claims')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take the secret of a new key by the link that was sent',
    description: 'Once, within a day, and only until the key is rotated, revoked or deleted.',
  })
  @ApiOkResponse({ type: ClaimedAnswer })
  async claim(
    @Body() { token }: ClaimBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClaimedAnswer> {
    const command = new ClaimSecretCommand(token, anonymousContextOf(request));
    const { keyId, name, secret, position } = valueOf(await this.commands.execute(command));
    writePosition(reply, position);
    return { keyId, name, secret };
  }
}
