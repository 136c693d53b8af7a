import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { badHeader } from './faults.js';

/** A revision that no stream has: a precondition that is never met. */
const never = -1;

const ownForm = /^"(0|[1-9]\d{0,14})"$/;

/** RFC 9110, section 8.8.3. */
const tagForm = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/**
 * The parameter is the revision the caller saw, by `If-Match: "7"`; undefined without the header and with
 * `*`, which asks only that the thing exists. Commands take it as `expectedRevision`.
 */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): number | undefined =>
    expectedRevisionOf(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
  [
    (target, property) => {
      if (property === undefined) return;
      const method = Object.getOwnPropertyDescriptor(target, property);
      if (method) ApiHeader(ifMatchHeader)(target, property, method);
    },
  ],
);

const ifMatchHeader = {
  name: 'If-Match',
  required: false,
  description: 'The `ETag` that was seen: the request is answered with 412 when it is not the present one.',
  schema: { type: 'string' as const, examples: ['"7"'] },
};

/**
 * Weak tags and those that were never ours match nothing (RFC 9110, section 13.1.1: strong comparison).
 * @throws HttpProblem 400 for what is no tag, and for a list: one thing has one revision
 */
export function expectedRevisionOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const revision = ownForm.exec(header)?.[1];
  if (revision !== undefined) return Number(revision);
  if (tagForm.test(header)) return never;
  throw badHeader('If-Match', 'is one ETag as it was answered, such as "7", or *');
}
