import { platformId } from '../../domain/platform.js';
import type { ServiceCommand } from '../../domain/service/commands.js';
import { serviceStream } from '../../domain/service/events.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { serviceDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { settle, type WriteReceipt } from '../receipt.js';
import { denied, type Result } from '../result.js';
import { findService } from './find-service.js';

/** Who wants to change which service, and from where. */
export interface ServiceTask {
  readonly principal: Principal;
  readonly serviceId: string;
  readonly context: CommandContext;
  /** If-Match. */
  readonly expectedRevision: number | undefined;
}

/**
 * Lets a service decide, if whoever asks may change the catalogue, and answers once the whole process knows. It
 * is recorded as the platform's, whatever team an operator looks into.
 * @param commandAt makes the command for an ISO instant
 */
export async function runServiceCommand(
  parts: Parts,
  { principal, serviceId, context, expectedRevision }: ServiceTask,
  commandAt: (at: string) => ServiceCommand,
): Promise<Result<WriteReceipt>> {
  const verdict = authorize(principal, 'services.manage');
  if (verdict !== 'allowed') return denied(verdict);
  const outcome = await parts.executor.execute({
    decider: serviceDecider,
    stream: serviceStream(serviceId),
    context: { ...context, teamId: platformId },
    ...(expectedRevision !== undefined && { expectedRevision }),
    command: commandAt(parts.clock.now().toISOString()),
  });
  return settle(parts, outcome);
}

/** The same about a service that is there, which whoever may not see it must not learn. */
export async function changeService(
  parts: Parts,
  task: ServiceTask,
  commandAt: (at: string) => ServiceCommand,
): Promise<Result<WriteReceipt>> {
  const found = await findService(parts, task.principal, task.serviceId);
  return found.ok ? runServiceCommand(parts, task, commandAt) : found;
}
