import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerError, type ReportFailure } from './answer-error.js';

/** Makes problem documents of everything that is thrown under Nest. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly report: ReportFailure) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerError(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.report);
  }
}
