import pino from 'pino';
import { redactSecrets } from './redaction.js';

export type Log = pino.Logger;

export interface LogOptions {
  readonly level: pino.LevelWithSilent;
  /** Where the lines go; standard output where nothing is said. */
  readonly destination?: pino.DestinationStream;
}

/** Fields that are not for the log wherever they stand, down to the third level. */
const hiddenFields = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'secret',
  'password',
  'token',
  'key',
  'masterKey',
  'databaseUrl',
  'eventStoreUrl',
  'body',
  'query',
]);

/**
 * A log of JSON lines. Requests appear by method and path, errors by what they say; never bodies, query
 * strings or headers. Whatever a line holds, messages and stacks included, secrets in it are masked.
 */
export function createLog({ level, destination = pino.destination(1) }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: hideFields },
      // What a child of the log was made with does not come by the formatter.
      redact: { paths: [...hiddenFields].map((name) => `["${name}"]`), censor: hidden },
      serializers,
      hooks: { streamWrite: redactSecrets },
    },
    destination,
  );
}

const hidden = '[redacted]';

/** Pino's own way of hiding fields at any level took a twelfth of what making a key costs. */
function hideFields(fields: Readonly<Record<string, unknown>>, level = 1): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const isDeeper = level < 3 && isPlain(value);
    shown[name] = hiddenFields.has(name) ? hidden : isDeeper ? hideFields(value, level + 1) : value;
  }
  return shown;
}

/** Others, errors and requests most of all, are described by the serializers. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: ErrorDescription;
}

/** Without the other fields of an error: those of a database driver hold the values of rows. */
function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && { code: error.code }),
    stack: error.stack,
    ...(cause !== undefined && depth < 3 && { cause: describeError(cause, depth + 1) }),
  };
}

/** Our names and those of Fastify. */
const serializers = {
  error: describeError,
  err: describeError,
  request: describeRequest,
  req: describeRequest,
  response: describeResponse,
  res: describeResponse,
};

interface Request {
  readonly id?: unknown;
  readonly method?: string;
  readonly url?: string;
}

function describeRequest({ id, method, url }: Request): object {
  return { id, method, path: url?.split('?', 1)[0] };
}

function describeResponse({ statusCode }: { readonly statusCode?: number }): object {
  return { statusCode };
}
