import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { publicRoute } from './credentials.js';
import { PRINCIPALS, type Principals } from './principals.js';

/** Finds out who is asking before any handler runs; only routes marked public do without. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(PRINCIPALS) private readonly principals: Principals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride(publicRoute, [context.getHandler(), context.getClass()]))
      return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { principal, setCookie } = await this.principals.of(request);
    request.principal = principal;
    if (setCookie.length > 0) void http.getResponse<FastifyReply>().header('set-cookie', setCookie);
    return true;
  }
}
