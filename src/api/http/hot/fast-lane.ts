import { isAscii } from 'node:buffer';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { VerifyRequest } from '../../../verification/verify.js';
import { bodyMaxBytes } from '../faults.js';
import { requestIdOf } from '../request-id.js';
import { responseHeaders } from '../response-headers.js';
import { verifyRequestSchema } from './schemas.js';

export interface FastLane {
  /**
   * Answers 200 to the question that a gateway asks again and again; whatever is unusual about a request,
   * and every refusal, is left to `rest`, which finds a body that was read here in `bodyOf`.
   */
  serve(request: IncomingMessage, response: ServerResponse, rest: RequestListener): void;
  bodyOf(request: IncomingMessage): Buffer | undefined;
}

interface Parts {
  readonly path: string;
  /** What is answered, as an object for JSON; undefined, or thrown, when this lane may not say it. */
  readonly answer: (request: IncomingMessage, question: VerifyRequest) => object | undefined;
  /** Whether it is worth reading the body. */
  readonly isKnown: (request: IncomingMessage) => boolean;
  /** @param seconds from the first byte of the body to the answer */
  readonly onAnswer: (seconds: number) => void;
}

export function createFastLane({ path, answer, isKnown, onAnswer }: Parts): FastLane {
  const bodies = new WeakMap<IncomingMessage, Buffer>();

  function respond(request: IncomingMessage, response: ServerResponse, value: object): void {
    const body = JSON.stringify(value);
    const length = Buffer.byteLength(body);
    const headers = responseHeaders(path, requestIdOf(request));
    headers['content-type'] = 'application/json; charset=utf-8';
    headers['content-length'] = String(length);
    // Headers and body go out as one text, and one without characters beyond ASCII is copied faster.
    response.writeHead(200, headers).end(body, length === body.length ? 'latin1' : 'utf8');
  }

  /** What goes wrong here goes wrong in the full way too, which knows how to say it. */
  function tryAnswer(request: IncomingMessage, bytes: Buffer): object | undefined {
    try {
      const question = questionOf(bytes);
      return question && answer(request, question);
    } catch {
      return undefined;
    }
  }

  return {
    bodyOf: (request) => bodies.get(request),
    serve(request, response, rest) {
      if (!isPlainRequest(request, path) || !isKnown(request)) {
        rest(request, response);
        return;
      }
      const since = performance.now();
      let bytes: Buffer | undefined;
      request.on('data', (chunk: Buffer) => {
        bytes = bytes ? Buffer.concat([bytes, chunk]) : chunk;
      });
      request.on('end', () => {
        const value = bytes && tryAnswer(request, bytes);
        if (value) {
          respond(request, response, value);
          onAnswer((performance.now() - since) / 1_000);
        } else {
          bodies.set(request, bytes ?? Buffer.alloc(0));
          rest(request, response);
        }
      });
    },
  };
}

function isPlainRequest({ method, url, headers }: IncomingMessage, path: string): boolean {
  return (
    method === 'POST' &&
    url === path &&
    headers['content-type'] === 'application/json' &&
    headers.host !== undefined &&
    headers['content-encoding'] === undefined &&
    Number(headers['content-length']) <= bodyMaxBytes
  );
}

/** The fields that are plain texts, and how long they may be. */
const { key, project, permission } = verifyRequestSchema.properties;
const lengthsMax = new Map(
  Object.entries({ key, project, permission }).map(([name, { maxLength }]) => [name, maxLength]),
);

/** A question of plain texts; undefined for any other: the schema takes more and says what is wrong. */
function questionOf(bytes: Buffer): VerifyRequest | undefined {
  if (!isAscii(bytes)) return undefined;
  const value: unknown = JSON.parse(bytes.toString('latin1'));
  return isPlainQuestion(value) ? value : undefined;
}

function isPlainQuestion(value: unknown): value is VerifyRequest {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'key')) return false;
  return Object.entries(value).every(
    ([name, text]) =>
      typeof text === 'string' && text.length > 0 && text.length <= (lengthsMax.get(name) ?? 0),
  );
}
