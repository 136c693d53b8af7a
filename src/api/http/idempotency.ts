import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable, of } from 'rxjs';
import { GetKeyQuery } from '../../application/key/get-key.js';
import { ListTokensQuery } from '../../application/key/list-tokens.js';
import { ReadModelsBehind } from '../../application/parts.js';
import { actorOf, type Principal } from '../../application/principal.js';
import { ClockWrong } from '../../application/right-clock.js';
import { StoreUnavailable } from '../../event-store/port.js';
import type { Attempt, Replies, Reply } from '../../platform/replies.js';
import { valueOf } from './answers.js';
import { callerOf } from './credentials.js';
import { badHeader, problemOf } from './faults.js';
import { HttpProblem } from './problem.js';
import { isWritten } from './receipts.js';
import { holdsSecret } from './secret-text.js';
import { isRecord } from './shape.js';

/** Injection token of `Replies`. */
export const REPLIES = Symbol('replies');

/** Headers of an answer that are part of what it tells. */
const keptHeaders = ['etag', 'compass-position', 'location'] as const;

/**
 * Any POST of a known caller may carry an `Idempotency-Key`: a repeat is answered as the first time instead
 * of being done again. After a refusal nothing was changed, so a repeat is tried; where that is not sure, it
 * is not.
 */
@Injectable()
export class Idempotency implements NestInterceptor {
  constructor(
    @Inject(REPLIES) private readonly replies: Replies,
    private readonly queries: QueryBus,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = idempotencyKeyOf(request);
    if (key === undefined) return next.handle();
    const caller = callerOf(request);
    const reply = http.getResponse<FastifyReply>();
    const [path = '', query = ''] = request.url.split('?');
    const begun = await this.replies.begin({
      name: [...ownerOf(caller), ...rightsOf(caller), request.method, path, key],
      content: [query, JSON.stringify(request.body ?? null)],
    });
    switch (begun.state) {
      case 'different':
        throw differentRequest();
      case 'in_progress':
        throw inProgress();
      case 'outcome_unknown':
        throw outcomeUnknown();
      case 'answered':
        return of(await this.repeat(begun.reply, begun.secret, caller, reply));
      case 'begun':
        return from(keep(begun.attempt, next, caller, reply));
    }
  }

  private async repeat(kept: Reply, secret: string | undefined, caller: Principal, reply: FastifyReply) {
    const { status, headers, body, credentialId } = kept;
    const isWithSecret = await this.isPresent(body, caller);
    void reply.status(status).headers(headers);
    if (!isWithSecret || secret === undefined || credentialId !== credentialOf(caller)) return body;
    return Object.assign({}, body, { secret });
  }

  /**
   * Whether the secret is still the newest of a key or token that is not revoked.
   * @throws HttpProblem as reading the key does, when the caller no longer sees it
   */
  private async isPresent(body: unknown, caller: Principal): Promise<boolean> {
    if (isAbout(body, 'key')) {
      const now = valueOf(await this.queries.execute(new GetKeyQuery(caller, body.key.id)));
      return now.status !== 'REVOKED' && now.secretVersion === body.key.secretVersion;
    }
    if (!isAbout(body, 'token')) return false;
    const { id, keyId = '', secretVersion } = body.token;
    const tokens = valueOf(await this.queries.execute(new ListTokensQuery(caller, keyId)));
    return tokens.some((one) => one.id === id && one.secretVersion === secretVersion);
  }
}

/** The answer, kept for who loses it; the secret in it is kept apart. */
async function keep(attempt: Attempt, next: CallHandler<unknown>, caller: Principal, reply: FastifyReply) {
  try {
    const answer = await lastValueFrom(next.handle(), { defaultValue: undefined });
    const headers = Object.fromEntries(
      keptHeaders.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
    );
    const secret = holdsSecret(answer) ? answer.secret : undefined;
    const body = secret === undefined ? answer : Object.assign({}, answer, { secret: null });
    const kept = { status: reply.statusCode, headers, body, credentialId: credentialOf(caller) };
    await attempt.finish(kept, secret);
    return answer;
  } catch (error) {
    await (isSurelyUndone(error, reply) ? attempt.abandon() : attempt.giveUp());
    throw error;
  }
}

/** Outages that keep a command from being carried out. */
const harmless = [StoreUnavailable, ClockWrong, ReadModelsBehind];

/** Whether what failed has changed nothing: it was refused, or the log did not take it. */
function isSurelyUndone(error: unknown, reply: FastifyReply): boolean {
  if (isWritten(reply)) return false;
  if (harmless.some((outage) => error instanceof outage)) return true;
  const problem = problemOf(error);
  return problem !== undefined && problem.status < 500;
}

/** @throws HttpProblem 400 */
function idempotencyKeyOf({ method, headers, principal }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || method !== 'POST' || !principal) return undefined;
  if (typeof key === 'string' && keyForm.test(key)) return key;
  throw badHeader('Idempotency-Key', 'has 1 to 255 printable ASCII characters');
}

const keyForm = /^[\x20-\x7e]{1,255}$/;

/** Whose keys they are: a caller's in a team, with whatever credential. */
function ownerOf(caller: Principal): string[] {
  const { type, id } = actorOf(caller);
  return [type, id, caller.teamId];
}

/** A caller who has got other rights asks anew: what it was shown before may be more than it sees now. */
function rightsOf(caller: Principal): string[] {
  if (caller.type === 'user') return [caller.role];
  const { role, scopes } = caller.access;
  const userRole = caller.type === 'key' ? caller.userRole : undefined;
  return [role, userRole ?? '', scopes.toSorted().join(' ')];
}

function credentialOf(caller: Principal): string {
  return caller.type === 'user' ? caller.sessionId : caller.secret.secretId;
}

/** Of the answer to whoever made or rotated a key or a token, but for the secret. */
interface Holder {
  readonly id: string;
  readonly secretVersion: number;
  /** Of a token. */
  readonly keyId?: string;
}

function isAbout<What extends 'key' | 'token'>(
  body: unknown,
  what: What,
): body is { readonly [W in What]: Holder } {
  if (!isRecord(body)) return false;
  const holder: unknown = Reflect.get(body, what);
  return isRecord(holder) && 'id' in holder && 'secretVersion' in holder;
}

function differentRequest(): HttpProblem {
  return new HttpProblem(
    'idempotency.different_request',
    422,
    'This Idempotency-Key was sent with another request; a new request needs a new one.',
  );
}

function inProgress(): HttpProblem {
  return new HttpProblem(
    'idempotency.in_progress',
    409,
    'The first request with this Idempotency-Key is not answered yet. Try again in a moment.',
    { headers: { 'retry-after': '1' } },
  );
}

function outcomeUnknown(): HttpProblem {
  return new HttpProblem(
    'idempotency.outcome_unknown',
    409,
    'The first request may have been carried out; look before you try again with a new Idempotency-Key.',
  );
}
