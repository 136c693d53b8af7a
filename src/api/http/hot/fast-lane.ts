import { isAscii } from 'node:buffer';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { VerifyRequest } from '../../../verification/verify.js';
import { bodyMaxBytes } from '../faults.js';
import { requestIdHeader, requestIdOf } from '../request-id.js';
import { fixedResponseHeaders } from '../response-headers.js';
import { nodeServerOptions } from '../server.js';
import { createKnownHeads } from './known-heads.js';
import { verifyRequestSchema } from './schemas.js';

export const jsonType = 'application/json; charset=utf-8';

export interface FastLane {
  /**
   * Answers 200 to the question that a gateway asks again and again; whatever is unusual about a request,
   * and every refusal, is left to `rest`, which finds a body that was read here in `bodyOf`.
   */
  serve(request: IncomingMessage, response: ServerResponse, rest: RequestListener): void;
  bodyOf(request: IncomingMessage): Buffer | undefined;
  /** Answers on the server's connections before Node has parsed the request, where its head is known; as long as it may. */
  watch(server: Server, mayAnswer: () => boolean): void;
}

interface Parts<Caller> {
  readonly path: string;
  /** What is answered, in JSON; undefined, or thrown, when this lane may not say it. */
  readonly answer: (caller: Caller, question: VerifyRequest) => FastAnswer | undefined;
  /** Who asks; undefined when it is not worth reading the body. */
  readonly find: (request: IncomingMessage) => Caller | undefined;
}

export interface FastAnswer {
  readonly text: string;
  /** When it was given, in milliseconds since 1970. */
  readonly milliseconds: number;
}

export function createFastLane<Caller>({ path, answer: answerTo, find }: Parts<Caller>): FastLane {
  const fixedHeaders = Object.entries({ ...fixedResponseHeaders(path), 'content-type': jsonType });
  /** Of all answers: one list that is written anew, since Node reads it before the next one comes. */
  const headers = fixedHeaders.flat();
  const idAt = headers.push(requestIdHeader, '') - 1;
  const lengthAt = headers.push('content-length', '') - 1;
  const bodies = new WeakMap<IncomingMessage, Buffer>();
  const headOf = createHeads(fixedHeaders);
  let answers: (() => void)[] = [];
  const knownHeads = createKnownHeads<Caller>({
    hurry: sendAll,
    take({ caller, body: question, requestId }, send) {
      const answer = tryAnswer(caller, question);
      if (!answer) return false;
      const { text: body, milliseconds } = answer;
      sendWithOthers(() => {
        const length = Buffer.byteLength(body);
        const id = requestIdOf({ headers: { [requestIdHeader]: requestId } }, milliseconds);
        send(headOf(id, length, milliseconds) + body, encodingOf(body, length));
      });
      return true;
    },
  });

  /**
   * What is answered in one turn goes out at its end, one answer right after the other. The system's call that
   * writes one takes most of the time of a verification, above all where it has to wake whoever reads it: a client
   * that is still at work on the answer before needs no waking.
   */
  function sendWithOthers(send: () => void): void {
    if (answers.length === 0) setImmediate(sendAll);
    answers.push(send);
  }

  function sendAll(): void {
    const all = answers;
    answers = [];
    for (const send of all) send();
  }

  function respond(
    request: IncomingMessage,
    response: ServerResponse,
    { text: body, milliseconds }: FastAnswer,
  ): void {
    const length = Buffer.byteLength(body);
    headers[idAt] = requestIdOf(request, milliseconds);
    headers[lengthAt] = String(length);
    // Headers and body go out as one text, and one without characters beyond ASCII is copied faster.
    response.writeHead(200, headers).end(body, encodingOf(body, length));
  }

  /** What goes wrong here goes wrong in the full way too, which knows how to say it. */
  function tryAnswer(caller: Caller, text: string): FastAnswer | undefined {
    try {
      const question: unknown = JSON.parse(text);
      return isPlainQuestion(question) ? answerTo(caller, question) : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    bodyOf: (request) => bodies.get(request),
    watch: knownHeads.watch,
    serve(request, response, rest) {
      const caller = isPlainRequest(request, path) ? find(request) : undefined;
      if (caller === undefined) {
        rest(request, response);
        return;
      }
      const length = Number(request.headers['content-length']);
      let bytes: Buffer | undefined;
      // Not at `end`, which comes a turn after the last byte.
      request.on('data', (chunk: Buffer) => {
        bytes = bytes ? Buffer.concat([bytes, chunk]) : chunk;
        if (bytes.length < length) return;
        const answer = isAscii(bytes) ? tryAnswer(caller, bytes.toString('latin1')) : undefined;
        if (answer) {
          knownHeads.learn(request, response, caller);
          sendWithOthers(() => respond(request, response, answer));
        } else {
          bodies.set(request, bytes);
          rest(request, response);
        }
      });
    },
  };
}

/** @returns writes the head of an answer as Node does */
function createHeads(headers: readonly (readonly [string, string])[]) {
  const beginning = `HTTP/1.1 200 OK\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}${requestIdHeader}: `;
  const end = `Connection: keep-alive\r\nKeep-Alive: timeout=${nodeServerOptions.keepAliveTimeout / 1_000}\r\n\r\n`;
  let second = Number.NaN;
  let date = '';

  return (id: string, length: number, milliseconds: number): string => {
    const now = Math.floor(milliseconds / 1_000);
    if (now !== second) [second, date] = [now, new Date(milliseconds).toUTCString()];
    return `${beginning}${id}\r\ncontent-length: ${length}\r\nDate: ${date}\r\n${end}`;
  };
}

/** One without characters beyond ASCII is copied faster. */
function encodingOf(text: string, bytes: number): 'latin1' | 'utf8' {
  return bytes === text.length ? 'latin1' : 'utf8';
}

function isPlainRequest({ method, url, headers }: IncomingMessage, path: string): boolean {
  return (
    method === 'POST' &&
    url === path &&
    headers['content-type'] === 'application/json' &&
    headers.host !== undefined &&
    headers['content-encoding'] === undefined &&
    headers.origin === undefined &&
    hasBody(headers['content-length'])
  );
}

function hasBody(length: string | undefined): boolean {
  const bytes = Number(length);
  return bytes > 0 && bytes <= bodyMaxBytes;
}

/** The fields that are plain texts, and how long they may be. */
const { permissions: _permissions, scope: _scope, ...plainTexts } = verifyRequestSchema.properties;
const lengthsMax = new Map(Object.entries(plainTexts).map(([name, { maxLength }]) => [name, maxLength]));

/** A question of plain texts; the schema takes more, and says what is wrong. */
function isPlainQuestion(value: unknown): value is VerifyRequest {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  if (typeof fields['key'] !== 'string') return false;
  for (const name in fields) if (!isPlainText(fields[name], lengthsMax.get(name) ?? 0)) return false;
  return true;
}

function isPlainText(value: unknown, lengthMax: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= lengthMax;
}
