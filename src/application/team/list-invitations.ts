import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Role, teamStream } from '../../domain/team/events.js';
import { openInvitations } from '../../domain/team/invitations.js';
import type { Invitation } from '../../domain/team/state.js';
import { authorize } from '../authorize.js';
import { teamDecider } from '../deciders.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';

/** An invitation, without its link: that is known to whoever was sent it. */
export interface InvitationView {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly until: string | null;
  readonly expiresAt: string;
  readonly invitedAt: string;
}

export function viewOf(invitation: Omit<Invitation, 'revision' | 'tokenDigest'>): InvitationView {
  const { membershipId: id, email, role, until, expiresAt, invitedAt } = invitation;
  return { id, email, role, until, expiresAt, invitedAt };
}

export interface ListInvitationsRequest {
  /** 1 to 200. */
  readonly limit: number;
  /** The id of the last invitation of the page before. */
  readonly after?: string;
}

type InvitationPage = Page<InvitationView, string>;

/** The invitations of the principal's team that somebody could still join by, newest first, from the log. */
export class ListInvitationsQuery extends Query<Result<InvitationPage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListInvitationsRequest,
  ) {
    super();
  }
}

@QueryHandler(ListInvitationsQuery)
export class ListInvitationsHandler implements IQueryHandler<ListInvitationsQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListInvitationsQuery): Promise<Result<InvitationPage>> {
    const verdict = authorize(principal, 'members.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { executor, clock } = this.parts;
    const { state } = await executor.load(teamDecider, teamStream(principal.teamId));
    const open = state ? openInvitations(state, clock.now().toISOString()).map(viewOf) : [];
    const { limit, after } = request;
    // Ids are UUIDv7: they sort by the time of their making.
    const rest = open
      .filter(({ id }) => after === undefined || id < after)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    return done(pageOf(rest, limit, ({ id }) => id));
  }
}
