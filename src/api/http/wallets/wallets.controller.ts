import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
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
import { GetWalletQuery } from '../../../application/wallet/get-wallet.js';
import { ListWalletsQuery, type WalletPlace } from '../../../application/wallet/list-wallets.js';
import { OpenWalletCommand } from '../../../application/wallet/open-wallet.js';
import { ReadLedgerQuery } from '../../../application/wallet/read-ledger.js';
import { TopUpWalletCommand } from '../../../application/wallet/top-up-wallet.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName, PageQuery } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { LedgerPageAnswer, OneWalletAnswer, WalletPageAnswer } from './answers.js';
import { LedgerQuery, OpenWalletBody, TopUpBody } from './requests.js';

const walletIdOf = new PathId('wallet.not_found');

@ApiTags('wallets')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/wallets')
export class WalletsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Open a wallet, empty at first' })
  @ApiCreatedResponse({ type: OneWalletAnswer })
  async open(
    @Caller() caller: Principal,
    @Body() body: OpenWalletBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneWalletAnswer> {
    const command = new OpenWalletCommand(caller, body, contextOf(request, caller));
    const { walletId, ...receipt } = valueOf(await this.commands.execute(command));
    void reply.header('location', `/v1/wallets/${walletId}`);
    return this.answer(caller, walletId, receipt, reply);
  }

  @Get()
  @ApiOperation({ summary: 'List wallets, newest first' })
  @ApiOkResponse({ type: WalletPageAnswer })
  async list(@Caller() caller: Principal, @Query() { limit, cursor }: PageQuery): Promise<WalletPageAnswer> {
    const list = listName('wallets', caller.teamId, {});
    return answerPage(this.cursors, list, cursor, (after?: WalletPlace) =>
      this.queries.execute(new ListWalletsQuery(caller, { limit, ...(after && { after }) })),
    );
  }

  @Get(':walletId')
  @ApiOperation({ summary: 'Read a wallet' })
  @ApiOkResponse({ type: OneWalletAnswer })
  async read(
    @Caller() caller: Principal,
    @Param('walletId', walletIdOf) walletId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneWalletAnswer> {
    const wallet = valueOf(await this.queries.execute(new GetWalletQuery(caller, walletId)));
    void reply.header('etag', etagOf(wallet.revision));
    return { wallet };
  }

  @Get(':walletId/ledger')
  @ApiOperation({ summary: 'Read what was put into a wallet and taken from it, newest first' })
  @ApiOkResponse({ type: LedgerPageAnswer })
  async ledger(
    @Caller() caller: Principal,
    @Param('walletId', walletIdOf) walletId: string,
    @Query() query: LedgerQuery,
  ): Promise<LedgerPageAnswer> {
    const { limit, cursor, ...filters } = query;
    const list = listName(`ledger ${walletId}`, caller.teamId, filters);
    return answerPage(this.cursors, list, cursor, (beforeRevision?: number) => {
      const asked = { ...filters, limit, ...(beforeRevision !== undefined && { beforeRevision }) };
      return this.queries.execute(new ReadLedgerQuery(caller, walletId, asked));
    });
  }

  @Post(':walletId/top-up')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Put money into a wallet',
    description:
      'Tells that it was paid somewhere else. Said twice, it is put in twice: send an `Idempotency-Key`. ' +
      'Where the service can be reached from other machines, `COMPASS_TOP_UP` says whether teams may do it.',
  })
  @ApiOkResponse({ type: OneWalletAnswer })
  async topUp(
    @Caller() caller: Principal,
    @Param('walletId', walletIdOf) walletId: string,
    @Body() body: TopUpBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneWalletAnswer> {
    const context = contextOf(request, caller);
    const command = new TopUpWalletCommand(caller, walletId, body, context, expectedRevision);
    return this.answer(caller, walletId, valueOf(await this.commands.execute(command)), reply);
  }

  /** The wallet as the write left it, or as others have since. */
  private async answer(
    caller: Principal,
    walletId: string,
    { position }: WriteReceipt,
    reply: FastifyReply,
  ): Promise<OneWalletAnswer> {
    writePosition(reply, position);
    return this.read(caller, walletId, reply);
  }
}
