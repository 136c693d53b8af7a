import { isAscii } from 'node:buffer';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createLru } from '../../../platform/lru.js';
import { requestIdHeader } from '../request-id.js';

/**
 * Requests of which all but the body has been read before. A gateway asks in the same words again and again; what
 * Node's parser has once made of a head, from the first byte to the empty line, holds for the same bytes wherever a request
 * begins, and reading it anew takes longer than a verdict.
 */
export interface KnownHeads<Caller> {
  /** Looks at what comes on connections of the server before Node does, as long as it may. */
  watch(server: Server, mayTake: () => boolean): void;
  /** Who asks by the head of a request that Node has read to its end, and is answering. */
  learn(request: IncomingMessage, response: ServerResponse, caller: Caller): void;
}

interface KnownHead<Caller> {
  readonly caller: Caller;
  readonly bodyBytes: number;
}

export interface ShortRequest<Caller> {
  readonly caller: Caller;
  /** ASCII. */
  readonly body: string;
  /** As it was given. */
  readonly requestId: string | undefined;
}

type Send = (text: string, encoding: 'latin1' | 'utf8') => void;

interface Parts<Caller> {
  /**
   * Takes a request, or leaves it to Node by false. The answer, with its own head, goes to `send` later in this turn of
   * the event loop, or when `hurry` is called.
   */
  readonly take: (request: ShortRequest<Caller>, send: Send) => boolean;
  /** More has come on a connection than the request that is being answered. */
  readonly hurry: () => void;
}

/** What Node's parser was given of a connection since it last stood between two requests. */
interface Given {
  bytes: number;
  first: Buffer | undefined;
}

interface Connection {
  /** Undefined once it cannot be told any more where a request begins. */
  given: Given | undefined;
  /**
   * Whether the next byte begins a request, and every one before it is answered. Not before the first request, for by that
   * Node learns that the connection is in use.
   */
  isFree: boolean;
  /** Whether an answer of ours has yet to be sent. */
  isAnswering: boolean;
  /** Requests since the last one with a known head. */
  unknownCount: number;
}

const emptyLine = Buffer.from('\r\n\r\n');
/** So many heads, each at most so long, are known. */
const headsMax = 1_000;
const headMaxBytes = 2_048;
/** After so many requests in a row whose heads were not known, only every so many-th is looked at: that costs more than it saves. */
const patience = 16;

export function createKnownHeads<Caller>({ take, hurry }: Parts<Caller>): KnownHeads<Caller> {
  const heads = createLru<KnownHead<Caller>>(headsMax);
  /** Most of those that come once never come again, and would drive out the others. */
  const cameOnce = createLru<KnownHead<Caller>>(headsMax);
  const connections = new WeakMap<object, Connection>();

  function takeFrom(socket: Socket, connection: Connection, chunk: Buffer): boolean {
    // Who does not fetch their answers is slowed down by Node.
    if (!connection.isFree || socket.writableLength > 0) return false;
    connection.unknownCount += 1;
    if (!isWorthLooking(connection) || !isAscii(chunk)) return false;
    const { text, bytes, requestId } = headOf(chunk);
    const known = heads.get(text);
    if (known?.bodyBytes !== chunk.length - bytes) return false;
    connection.unknownCount = 0;
    const request = { caller: known.caller, body: chunk.toString('latin1', bytes), requestId };
    connection.isAnswering = take(request, (text, encoding) => {
      connection.isAnswering = false;
      if (socket.writable) socket.write(text, encoding);
    });
    return connection.isAnswering;
  }

  function watchSocket(socket: Socket, mayTake: () => boolean): void {
    const connection: Connection = { given: nothing(), isFree: false, isAnswering: false, unknownCount: 0 };
    connections.set(socket, connection);
    const node = socket.listeners('data');
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      if (connection.isAnswering) hurry();
      if (mayTake() && takeFrom(socket, connection, chunk)) return;
      const { given } = connection;
      if (given) {
        given.first ??= chunk;
        given.bytes += chunk.length;
      }
      connection.isFree = false;
      for (const read of node) read.call(socket, chunk);
    });
  }

  function watchRequest({ socket, headers }: IncomingMessage, response: ServerResponse): void {
    const connection = connections.get(socket);
    response.once('finish', () => {
      if (!connection) return;
      connection.isFree = isWhole(connection.given, headers);
      connection.given = connection.isFree ? nothing() : undefined;
    });
  }

  return {
    watch(server, mayTake) {
      server.on('connection', (socket) => watchSocket(socket, mayTake));
      server.prependListener('request', watchRequest);
    },
    learn({ socket, headers }, { shouldKeepAlive }, caller) {
      const connection = connections.get(socket);
      if (!connection || !isWorthLooking(connection) || !shouldKeepAlive) return;
      const { given } = connection;
      if (!given?.first || !isWhole(given, headers)) return;
      const { text, bytes } = headOf(given.first);
      if (text !== '')
        (cameOnce.has(text) ? heads : cameOnce).set(text, { caller, bodyBytes: given.bytes - bytes });
    },
  };
}

/** Lines that tell of one request or of its trace; a verification reads none of them but the id of the request. */
const idLines =
  /\r\n(traceparent|tracestate|b3|x-b3-\w+|x-amzn-trace-id|x-cloud-trace-context|x-correlation-id|x-request-id): ([\x20-\x7e]*)(?=\r\n)/gi;

interface Head {
  /** Without the lines with ids; empty where it is too long, or has no end. */
  readonly text: string;
  readonly bytes: number;
  readonly requestId: string | undefined;
}

function headOf(chunk: Buffer): Head {
  const bytes = headLengthOf(chunk);
  let requestId: string | undefined;
  if (bytes > headMaxBytes) return { text: '', bytes, requestId };
  const text = chunk.toString('latin1', 0, bytes).replace(idLines, (_line, name: string, value: string) => {
    // One that is given twice is none, as Node makes a list of both.
    if (name.toLowerCase() === requestIdHeader) requestId = requestId === undefined ? value.trim() : '';
    return '';
  });
  return { text, bytes, requestId };
}

function isWorthLooking({ unknownCount }: Connection): boolean {
  return unknownCount < patience || unknownCount % patience === 0;
}

function nothing(): Given {
  return { bytes: 0, first: undefined };
}

/** Whether what was given is one request, from its first byte to its last, and nothing else. */
function isWhole(given: Given | undefined, headers: IncomingMessage['headers']): boolean {
  if (!given?.first || headers['transfer-encoding'] !== undefined) return false;
  const length = headLengthOf(given.first);
  return length > 0 && given.bytes === length + Number(headers['content-length'] ?? 0);
}

/** With the empty line; 0 where there is none. */
function headLengthOf(chunk: Buffer): number {
  const at = chunk.indexOf(emptyLine);
  return at === -1 ? 0 : at + emptyLine.length;
}
