import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../../application/context.js';
import { actorOf, type Principal } from '../../application/principal.js';
import { containsSecret } from '../../domain/access/secret.js';
import { newId } from '../../platform/ids.js';
import { HttpProblem } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; set by the guard on every route that is not public. */
    principal?: Principal;
  }
}

export const publicRoute = Symbol('public route');

/** The route needs no credential. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(publicRoute, true);

/** The parameter is who is asking. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal => callerOf(context.switchToHttp().getRequest()),
);

/** Who is asking, on any route but the public ones. */
export function callerOf({ principal }: Pick<FastifyRequest, 'principal'>): Principal {
  if (!principal) throw new Error('A public route has no caller.');
  return principal;
}

/** The secret in `Authorization: Bearer <secret>`; undefined without the header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (secret === undefined) throw wrongCredential();
  return secret;
}

export function missingCredential(): HttpProblem {
  return unauthorized('credential.missing', 'Send a key as `Authorization: Bearer <secret>`, or sign in.');
}

/** The same for every credential that does not work, whatever is wrong with it. */
export function wrongCredential(): HttpProblem {
  return unauthorized('credential.wrong', 'This credential is not valid.');
}

function unauthorized(code: string, detail: string): HttpProblem {
  return new HttpProblem(code, 401, detail, { headers: { 'www-authenticate': 'Bearer' } });
}

type Request = Pick<FastifyRequest, 'id' | 'ip' | 'headers'>;

/** What a request tells about a command before it is known who sends it. */
export function anonymousContextOf(request: Request): Omit<CommandContext, 'actor' | 'teamId'> {
  const userAgent = request.headers['user-agent'];
  const traceparent = request.headers.traceparent;
  return {
    commandId: newId(),
    correlationId: request.id,
    clientIp: request.ip,
    ...(userAgent !== undefined && !containsSecret(userAgent) && { userAgent }),
    ...(typeof traceparent === 'string' && traceparentForm.test(traceparent) && { traceparent }),
  };
}

export function contextOf(request: Request, principal: Principal): CommandContext {
  return { ...anonymousContextOf(request), actor: actorOf(principal), teamId: principal.teamId };
}

/** W3C Trace Context, version 00. */
const traceparentForm = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
