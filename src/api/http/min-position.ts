import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { from, type Observable, switchMap } from 'rxjs';
import { type Position, positionOf } from '../../event-store/port.js';
import { badHeader } from './faults.js';
import { positionNotReached } from './outages.js';

/** Injection token of `Arrival`. */
export const ARRIVAL = Symbol('arrival');

export interface Arrival {
  /** Waits, bounded, until this process can show what the log holds up to a position; false: it cannot yet. */
  reached(position: Position): Promise<boolean>;
}

const header = 'compass-min-position';

/**
 * A read with `Compass-Min-Position` is answered once it can show everything up to there, so that whoever
 * wrote through one process reads their own write from any other.
 */
@Injectable()
export class MinPosition implements NestInterceptor {
  constructor(@Inject(ARRIVAL) private readonly arrival: Arrival) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const { method, headers, principal, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    const text = headers[header];
    // Nobody without a credential makes others wait; but the command line beside the service has none.
    const mayWait = principal !== undefined || routeOptions.url === '/livez';
    if ((method !== 'GET' && method !== 'HEAD') || text === undefined || !mayWait) return next.handle();
    return from(this.waitFor(String(text))).pipe(switchMap(() => next.handle()));
  }

  /** @throws HttpProblem 400 or 503 */
  private async waitFor(text: string): Promise<void> {
    const position = positionOf(text);
    if (position === undefined) {
      throw badHeader('Compass-Min-Position', 'is the Compass-Position of an answer');
    }
    if (!(await this.arrival.reached(position))) throw positionNotReached();
  }
}
