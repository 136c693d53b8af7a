import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { secretPrefixes } from '../../domain/access/secret.js';
import { teamStream } from '../../domain/team/events.js';
import { memberOf } from '../../domain/team/members.js';
import type { CommandContext } from '../context.js';
import { teamDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { makeSecret } from '../secrets.js';
import { findTarget } from './find-target.js';
import { findToken, type TokenAim } from './find-token.js';
import type { KeyReceipt } from './receipt.js';
import { runKeyCommand } from './run-command.js';

export interface NewToken extends KeyReceipt {
  readonly tokenId: string;
  /** In clear text: shown once, stored nowhere. */
  readonly secret: string;
}

/** A token with which the user who asks uses a key that they are assigned to. */
export class IssueTokenCommand extends Command<Result<NewToken>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

/** A new secret for the user's own token. */
export class RotateTokenCommand extends Command<Result<NewToken>> {
  constructor(
    readonly principal: Principal,
    readonly aim: TokenAim,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(IssueTokenCommand)
export class IssueTokenHandler implements ICommandHandler<IssueTokenCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: IssueTokenCommand): Promise<Result<NewToken>> {
    const { principal, keyId, context, expectedRevision } = asked;
    const { executor, clock, newId } = this.parts;
    const target = await findTarget(this.parts, principal, 'tokens.issue', keyId);
    if (!target.ok) return target;
    if (principal.type !== 'user') return refuse('right.missing');
    const { userId, teamId } = principal;
    const { state: team } = await executor.load(teamDecider, teamStream(teamId));
    const member = team && memberOf(team, userId);
    if (!member) return refuse('key.not_found');
    const { membershipId } = member;
    const tokenId = newId();
    const { secret, record } = makeSecret(secretPrefixes.keyToken);
    const at = clock.now().toISOString();
    const command = { type: 'IssueToken', tokenId, userId, membershipId, secret: record, at } as const;
    const receipt = await runKeyCommand(this.parts, { keyId, context, expectedRevision, command });
    return receipt.ok ? done({ ...receipt.value, tokenId, secret }) : receipt;
  }
}

@CommandHandler(RotateTokenCommand)
export class RotateTokenHandler implements ICommandHandler<RotateTokenCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: RotateTokenCommand): Promise<Result<NewToken>> {
    const { principal, aim, context, expectedRevision } = asked;
    const found = await findToken(this.parts, principal, 'tokens.issue', aim);
    if (!found.ok) return found;
    const { keyId, tokenId } = aim;
    const { secret, record } = makeSecret(secretPrefixes.keyToken);
    const at = this.parts.clock.now().toISOString();
    const command = { type: 'RotateToken', tokenId, secret: record, at } as const;
    const receipt = await runKeyCommand(this.parts, { keyId, context, expectedRevision, command });
    return receipt.ok ? done({ ...receipt.value, tokenId, secret }) : receipt;
  }
}
