import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { secretPrefixes } from '../../domain/access/secret.js';
import { type KeyDetails, type KeyRole, keyStream, type Scope } from '../../domain/key/events.js';
import { teamStream } from '../../domain/team/events.js';
import type { Team } from '../../domain/team/state.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { keyDecider, teamDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import { makeSecret } from '../secrets.js';
import { expiryOf } from './expiry.js';
import { type KeyReceipt, receiptOf } from './receipt.js';

/** Nothing is required: absent is the default, an empty list means nothing. */
export interface CreateKeyRequest extends KeyDetails {
  readonly name?: string;
  readonly projectId?: string;
  readonly role?: KeyRole;
  readonly scopes?: readonly Scope[];
  /** 1 to 36,500. */
  readonly expiresInDays?: number;
  /** ISO instant. */
  readonly expiresAt?: string;
}

export interface CreatedKey extends KeyReceipt {
  /** In clear text: shown once, stored nowhere. */
  readonly secret: string;
}

export class CreateKeyCommand extends Command<Result<CreatedKey>> {
  constructor(
    readonly principal: Principal,
    readonly request: CreateKeyRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CreateKeyCommand)
export class CreateKeyHandler implements ICommandHandler<CreateKeyCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request, context }: CreateKeyCommand): Promise<Result<CreatedKey>> {
    const { executor, clock, newId } = this.parts;
    const verdict = authorize(principal, 'keys.create');
    if (verdict !== 'allowed') return denied(verdict);
    const team = (await executor.load(teamDecider, teamStream(principal.teamId))).state;
    const grant = grantOf(principal, request, team);
    if (!grant.ok) return grant;
    const now = clock.now();
    const expiry = expiryOf(request, now);
    if (!expiry.ok) return expiry;

    const keyId = newId();
    const { secret, record } = makeSecret(secretPrefixes.serviceAccount);
    const { expiresInDays: _, ...given } = request;
    const outcome = await executor.execute({
      decider: keyDecider,
      stream: keyStream(keyId),
      context,
      command: {
        ...given,
        ...grant.value,
        ...expiry.value,
        type: 'CreateKey',
        keyId,
        teamId: principal.teamId,
        keyType: 'service_account',
        tier: 'paid',
        secret: record,
        ...(principal.type === 'user' && { creatorId: principal.userId }),
        at: now.toISOString(),
      },
    });
    const receipt = await receiptOf(this.parts, keyId, outcome);
    return receipt.ok ? done({ ...receipt.value, secret }) : receipt;
  }
}

interface Grant {
  readonly projectId: string;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
}

/** What a team gives a key when nothing is said. */
export const defaultScopes: readonly Scope[] = ['project', 'inference'];

/** Scopes a key can never hand on: they would let it make its own like, or reach beyond its work. */
const unmintable: readonly Scope[] = ['keys', 'verify', 'meter'];

/** Where the new key acts and with what; a key that makes a key gives no more than it has itself. */
function grantOf(principal: Principal, request: CreateKeyRequest, team: Team | undefined): Result<Grant> {
  if (principal.type === 'user') {
    const projectId = request.projectId ?? team?.projects[0]?.projectId;
    if (!team?.projects.some((project) => project.projectId === projectId) || projectId === undefined) {
      return refuse('project.not_found', 'projectId');
    }
    return done({ projectId, role: request.role ?? 'member', scopes: request.scopes ?? defaultScopes });
  }
  const own = principal.access;
  const mintable = own.scopes.filter((scope) => !unmintable.includes(scope));
  const scopes = request.scopes ?? defaultScopes.filter((scope) => mintable.includes(scope));
  if ((request.projectId ?? own.projectId) !== own.projectId) {
    return refuse('project.not_found', 'projectId');
  }
  if (!scopes.every((scope) => mintable.includes(scope))) {
    return refuse('key.scopes_exceed_caller', 'scopes');
  }
  if (request.role === 'admin' && own.role !== 'admin') {
    return refuse('key.role_exceeds_caller', 'role');
  }
  return done({ projectId: own.projectId, role: request.role ?? 'member', scopes });
}
