import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';

/**
 * Whoever asks for `text/plain` where a secret is made gets the secret alone, for a pipe into a file or a
 * secret store. Every other answer is JSON whatever `Accept` says.
 */
@Injectable()
export class SecretText implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const http = context.switchToHttp();
    const { accept } = http.getRequest<FastifyRequest>().headers;
    if (accept === undefined || !prefersText(accept)) return next.handle();
    return next.handle().pipe(
      map((answer) => {
        if (!holdsSecret(answer)) return answer;
        void http.getResponse<FastifyReply>().type('text/plain; charset=utf-8');
        return answer.secret;
      }),
    );
  }
}

/** Whether an answer shows a secret that was just made. */
export function holdsSecret(answer: unknown): answer is Readonly<Record<'secret', string>> {
  return (
    typeof answer === 'object' && answer !== null && 'secret' in answer && typeof answer.secret === 'string'
  );
}

/** Whether a client would rather have text than JSON; the API's own choice is JSON. */
export function prefersText(accept: string): boolean {
  return qualityOf('text/plain', accept) > qualityOf('application/json', accept);
}

/** How much a type is wanted, 0 to 1, by the most specific range that matches it (RFC 9110, section 12.5.1). */
function qualityOf(type: string, accept: string): number {
  const qualities = new Map(
    accept
      .toLowerCase()
      .split(',')
      .map((range) => {
        const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
        const q = parameters.find((parameter) => parameter.startsWith('q='));
        return [name, q === undefined ? 1 : Number(q.slice(2)) || 0] as const;
      }),
  );
  const [group = ''] = type.split('/');
  return qualities.get(type) ?? qualities.get(`${group}/*`) ?? qualities.get('*/*') ?? 0;
}
