import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { KeyDetails, KeyRole, KeyType, Scope } from '../../domain/key/events.js';
import { teamStream } from '../../domain/team/events.js';
import { defaultPolicy, type TeamPolicy } from '../../domain/team/policy.js';
import type { Project, Team } from '../../domain/team/state.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { teamDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import { makeSecret, secretPrefixOf } from '../secrets.js';
import { expiryFieldOf, expiryOf } from './expiry.js';
import { checkLifetime, checkNewKey, defaultEnd } from './policy.js';
import type { KeyReceipt } from './receipt.js';
import { checkMembers, checkProfile, resourcesOf, type ServiceChoice, servicesOf } from './references.js';
import {
  addressesOf,
  checkAddresses,
  checkExpiry,
  checkResources,
  checkRights,
  checkServices,
  endOf,
  grantableScopes,
} from './rights.js';
import { runKeyCommand } from './run-command.js';

/** Nothing is required: absent is the default, an empty list means nothing. */
export interface CreateKeyRequest extends KeyDetails {
  readonly name?: string;
  readonly type?: KeyType;
  /** May be shown to anyone, so it can only infer. */
  readonly public?: boolean;
  readonly projectId?: string;
  readonly role?: KeyRole;
  readonly scopes?: readonly Scope[];
  /** 1 to 36,500. */
  readonly expiresInDays?: number;
  /** ISO instant. */
  readonly expiresAt?: string;
  readonly resourceIds?: readonly string[];
  /** Members of the team; whoever creates the key is assigned in any case. */
  readonly userIds?: readonly string[];
  readonly services?: readonly ServiceChoice[];
  readonly biasProfileId?: string;
  /** Addresses and CIDR ranges; absent: those of the key that makes it. */
  readonly allowedIps?: readonly string[];
  readonly allowedOrigins?: readonly string[];
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
    const { executor, clock, newId, links, sendsMail } = this.parts;
    const { teamId } = principal;
    const verdict = authorize(principal, 'keys.create');
    if (verdict !== 'allowed') return denied(verdict);
    const mayBeMade = checkType(principal, request);
    if (!mayBeMade.ok) return mayBeMade;
    const team = (await executor.load(teamDecider, teamStream(teamId))).state;
    const policy = team?.policy ?? defaultPolicy;
    const isWanted = checkNewKey(policy, request);
    if (!isWanted.ok) return isWanted;
    const grant = grantOf(principal, request, team);
    if (!grant.ok) return grant;
    const { allowedIps = addressesOf(principal) } = request;
    const isWithin = checkAddresses(principal, allowedIps);
    if (!isWithin.ok) return isWithin;
    const now = clock.now();
    const expiry = lifetimeOf(principal, request, { policy, now });
    if (!expiry.ok) return expiry;
    const { expiresInDays: _, type: keyType = 'service_account', resourceIds = [], ...given } = request;
    const resources = await resourcesOf(this.parts, teamId, resourceIds);
    if (!resources.ok) return resources;
    const mayGive = checkResources(principal, resources.value);
    if (!mayGive.ok) return mayGive;
    const members = await checkMembers(this.parts, teamId, request.userIds ?? [], now.toISOString());
    if (!members.ok) return members;
    const services = await servicesOf(this.parts, teamId, request.services ?? []);
    if (!services.ok) return services;
    const mayEnable = checkServices(principal, services.value);
    if (!mayEnable.ok) return mayEnable;
    const profile = await checkProfile(this.parts, teamId, request.biasProfileId);
    if (!profile.ok) return profile;

    const keyId = newId();
    const { secret, record } = makeSecret(secretPrefixOf({ keyType, public: request.public ?? false }));
    // Before the key: what is in the log is told, whatever ends this process in between.
    if (request.notifyEmail !== undefined && sendsMail) {
      await links.keep({ keyId, secretId: record.secretId, secret });
    }
    const receipt = await runKeyCommand(this.parts, {
      keyId,
      context,
      expectedRevision: undefined,
      isNew: true,
      command: {
        ...given,
        ...grant.value,
        ...expiry.value,
        type: 'CreateKey',
        keyId,
        teamId,
        keyType,
        tier: 'paid',
        secret: record,
        resources: resources.value,
        services: services.value,
        allowedIps,
        ...(principal.type === 'user' && { creatorId: principal.userId }),
        at: now.toISOString(),
      },
    });
    return receipt.ok ? done({ ...receipt.value, secret }) : receipt;
  }
}

interface Grant {
  readonly projectId: string;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
}

const scopesOfPublic: readonly Scope[] = ['inference'];

/** Where the new key acts and with what. */
function grantOf(principal: Principal, request: CreateKeyRequest, team: Team | undefined): Result<Grant> {
  const project = projectOf(principal, request, team);
  if (!project) return refuse('project.not_found', 'projectId');
  if (project.status === 'archived') return refuse('project.archived', 'projectId');
  const { projectId } = project;
  const defaults = request.public
    ? scopesOfPublic
    : grantableScopes(principal, team?.policy.defaultScopes ?? []);
  const { role = 'member', scopes = defaults } = request;
  const rights = checkRights(principal, { role, scopes });
  return rights.ok ? done({ projectId, role, scopes }) : rights;
}

/**
 * Until when the new key lives: never longer than the team gives, and one that a key makes at most as long as its
 * maker. When nothing is said it is as long as the team's default, or its maker if that ends sooner.
 */
function lifetimeOf(
  principal: Principal,
  request: CreateKeyRequest,
  { policy, now }: { readonly policy: TeamPolicy; readonly now: Date },
): Result<{ expiresAt?: string }> {
  const given = expiryOf(request, now);
  if (!given.ok) return given;
  const ends = [defaultEnd(policy, now), endOf(principal)].filter((end) => end !== null);
  const expiresAt = given.value.expiresAt ?? ends.sort()[0];
  if (expiresAt === undefined) return done({});
  const allowed = checkLifetime(policy, expiresAt, { now, field: expiryFieldOf(request) });
  if (!allowed.ok) return allowed;
  const within = checkExpiry(principal, expiresAt, expiryFieldOf(request));
  return within.ok ? done({ expiresAt }) : within;
}

/**
 * A key makes keys in its own project only. Where none is named it is the first of the team that is not archived;
 * where all of them are, the first.
 */
function projectOf(
  principal: Principal,
  { projectId }: CreateKeyRequest,
  team: Team | undefined,
): Project | undefined {
  const own = principal.type === 'key' ? principal.access.projectId : undefined;
  const projects = team?.projects.filter((one) => own === undefined || one.projectId === own) ?? [];
  if (projectId !== undefined) return projects.find((one) => one.projectId === projectId);
  return projects.find(({ status }) => status === 'active') ?? projects[0];
}

/** A personal token is always its user's own; a plain user makes nothing else. */
function checkType(principal: Principal, { type, public: isPublic }: CreateKeyRequest): Result<void> {
  if (type !== 'personal_token') {
    const makesTokensOnly = principal.type === 'user' && principal.role === 'USER';
    return makesTokensOnly ? refuse('right.missing') : done(undefined);
  }
  if (principal.type === 'key') return refuse('key.token_of_another', 'type');
  return isPublic ? refuse('key.public_is_service', 'type') : done(undefined);
}
