import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Role } from '../../domain/team/events.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { isLifetimeEnd } from '../key/expiry.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import { denied, done, type Result, refuse } from '../result.js';
import { makeInvitationToken } from './invitation-token.js';
import { type InvitationView, viewOf } from './list-invitations.js';
import { runTeamCommand } from './run-command.js';

export interface InviteMemberRequest {
  /** Normalised. */
  readonly email: string;
  readonly role: Role;
  /** ISO instant, of auditors only. */
  readonly until?: string;
}

export interface InvitedMember extends WriteReceipt {
  readonly invitation: InvitationView;
  /** In clear text: shown once, stored nowhere; undefined where it is sent by mail. */
  readonly token: string | undefined;
}

/** How long somebody may take to answer. */
const invitationMilliseconds = 7 * 86_400_000;

export class InviteMemberCommand extends Command<Result<InvitedMember>> {
  constructor(
    readonly principal: Principal,
    readonly request: InviteMemberRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(InviteMemberCommand)
export class InviteMemberHandler implements ICommandHandler<InviteMemberCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request, context }: InviteMemberCommand): Promise<Result<InvitedMember>> {
    const verdict = authorize(principal, 'members.manage');
    if (verdict !== 'allowed') return denied(verdict);
    const { clock, newId, links, sendsMail } = this.parts;
    const now = clock.now();
    const { email, role, until } = request;
    if (until !== undefined && !isLifetimeEnd(until, now)) return refuse('member.until_invalid', 'until');
    const { teamId } = principal;
    const membershipId = newId();
    const { token, digest: tokenDigest } = makeInvitationToken(
      teamId,
      membershipId,
      links.proofOf(membershipId),
    );
    const expiresAt = new Date(now.getTime() + invitationMilliseconds).toISOString();
    const fields = { membershipId, email, role, tokenDigest, expiresAt };
    const at = now.toISOString();
    const receipt = await runTeamCommand(this.parts, {
      teamId,
      context,
      command: {
        type: 'InviteMember',
        ...fields,
        ...(until !== undefined && { until }),
        by: context.actor.id,
        at,
      },
    });
    if (!receipt.ok) return receipt;
    const invitation = viewOf({ ...fields, until: until ?? null, invitedAt: at });
    return done({ invitation, token: sendsMail ? undefined : token, ...receipt.value });
  }
}
