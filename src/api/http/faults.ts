import { HttpException, NotFoundException } from '@nestjs/common';
import { HttpProblem, type ProblemMore } from './problem.js';

export const bodyMaxBytes = 65_536;

/** What is refused before a request reaches the product, or because of a bug: status and sentence by code. */
const faults = {
  'request.malformed': [400, 'This is not a well-formed HTTP request.'],
  'request.malformed_json': [400, 'The body is not well-formed JSON in UTF-8.'],
  'request.invalid': [400, 'The request has fields that are missing, unknown or not as they must be.'],
  'request.timeout': [408, 'The request did not arrive in time.'],
  'request.too_large': [413, `A body has at most ${bodyMaxBytes} bytes.`],
  'request.media_type_unsupported': [415, 'A body is sent as JSON, with Content-Type: application/json.'],
  'request.headers_too_large': [431, 'The headers are too large.'],
  'route.not_found': [404, 'There is nothing at this address.'],
  'route.method_not_allowed': [405, 'This address does not take this method; Allow names those it takes.'],
  'server.failed': [500, 'The service failed. It is not your fault; the request id helps to find out why.'],
} as const satisfies Record<string, readonly [status: number, detail: string]>;

export type FaultCode = keyof typeof faults;

export function fault(code: FaultCode, more?: ProblemMore): HttpProblem {
  const [status, detail] = faults[code];
  return new HttpProblem(code, status, detail, more);
}

/** A header of the request that is not as it must be. */
export function badHeader(name: string, message: string): HttpProblem {
  return fault('request.invalid', { errors: [{ pointer: `/${name}`, message }] });
}

/** What Fastify and the HTTP parser of Node call these faults. */
const codes: ReadonlyMap<unknown, FaultCode> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request.timeout'],
  ['FST_ERR_BAD_URL', 'request.malformed'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'request.too_large'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'request.malformed'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'request.media_type_unsupported'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'route.not_found'],
  ['FST_ERR_NOT_FOUND', 'route.not_found'],
  ['HPE_HEADER_OVERFLOW', 'request.headers_too_large'],
]);

/** The problem behind an error, or undefined when it is a bug or a broken dependency. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof NotFoundException) return fault('route.not_found');
  // Nest wraps what Fastify throws.
  const code = codeOf(error instanceof HttpException ? error.cause : error);
  return code && fault(code);
}

function codeOf(error: unknown): FaultCode | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? codes.get(error.code) : undefined;
}
