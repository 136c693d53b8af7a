import type { EnabledService, ResourceRef } from '../../domain/key/events.js';
import { faultOfChoice, isSameChoice } from '../../domain/key/services.js';
import { profileStream } from '../../domain/profile/events.js';
import { resourceStream } from '../../domain/resource/events.js';
import { serviceStream } from '../../domain/service/events.js';
import { teamStream } from '../../domain/team/events.js';
import { hasEnded, memberOf } from '../../domain/team/members.js';
import { walletStream } from '../../domain/wallet/events.js';
import { profileDecider, resourceDecider, serviceDecider, teamDecider, walletDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import { done, type Result, refuse } from '../result.js';

/**
 * The resources of a team by their ids, in the order given, each once; inactive ones too. Those of another
 * team are not there.
 */
export async function resourcesOf(
  { executor }: Parts,
  teamId: string,
  resourceIds: readonly string[],
): Promise<Result<readonly ResourceRef[]>> {
  const ids = [...new Set(resourceIds)];
  const found = await Promise.all(ids.map((id) => executor.load(resourceDecider, resourceStream(id))));
  const resources = found.flatMap(({ state }) => (state?.teamId === teamId ? [state] : []));
  if (resources.length < ids.length) return refuse('resource.not_found', 'resourceIds');
  return done(resources.map(({ resourceId, model, resourceType }) => ({ resourceId, model, resourceType })));
}

/** A bias profile that may be attached to a key of the team; null and absent are nothing to look for. */
export async function checkProfile(
  { executor }: Parts,
  teamId: string,
  biasProfileId: string | null | undefined,
): Promise<Result<void>> {
  if (biasProfileId === undefined || biasProfileId === null) return done(undefined);
  const { state } = await executor.load(profileDecider, profileStream(biasProfileId));
  if (state?.teamId !== teamId) return refuse('profile.not_found', 'biasProfileId');
  return state.isArchived ? refuse('profile.archived', 'biasProfileId') : done(undefined);
}

/**
 * Whether all these are members of the team now, from the log itself.
 * @param at ISO instant it is now
 */
export async function checkMembers(
  { executor }: Parts,
  teamId: string,
  userIds: readonly string[],
  at: string,
): Promise<Result<void>> {
  if (userIds.length === 0) return done(undefined);
  const { state: team } = await executor.load(teamDecider, teamStream(teamId));
  const isMember = (userId: string) => {
    const member = team && memberOf(team, userId);
    return member !== undefined && !hasEnded(member, at);
  };
  return userIds.every(isMember) ? done(undefined) : refuse('member.not_found', 'userIds');
}

/** A service that somebody wants a key to have. */
export interface ServiceChoice {
  readonly serviceId: string;
  readonly billingPolicy: EnabledService['billingPolicy'];
  /** Absent: whichever it has, of what costs nothing. */
  readonly models?: readonly string[];
  /** For what is paid as one goes. */
  readonly walletId?: string;
}

/**
 * Services as a key of the team may have them, in the order given, each once. What it has already is a repeat,
 * also when the service was retired since or has the model no more.
 */
export async function servicesOf(
  parts: Parts,
  teamId: string,
  choices: readonly ServiceChoice[],
  had: readonly EnabledService[] = [],
): Promise<Result<readonly EnabledService[]>> {
  const services = choices.map(
    ({ serviceId, billingPolicy, models = null, walletId = null }): EnabledService => ({
      serviceId,
      billingPolicy,
      models,
      walletId,
    }),
  );
  const news = services.filter((one) => !had.some((other) => isSameChoice(one, other)));
  for (const checked of await Promise.all(news.map((one) => checkService(parts, teamId, one)))) {
    if (!checked.ok) return checked;
  }
  return done(services);
}

async function checkService(
  { executor }: Parts,
  teamId: string,
  choice: EnabledService,
): Promise<Result<void>> {
  const { serviceId, walletId } = choice;
  const [service, wallet] = await Promise.all([
    executor.load(serviceDecider, serviceStream(serviceId)),
    walletId === null ? undefined : executor.load(walletDecider, walletStream(walletId)),
  ]);
  if (!service.state) return refuse('service.not_found', 'services');
  if (wallet && wallet.state?.teamId !== teamId) return refuse('wallet.not_found', 'services');
  const fault = faultOfChoice(choice, service.state, wallet?.state);
  return fault ? refuse(fault, 'services') : done(undefined);
}
