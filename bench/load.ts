import { connect, type Socket } from 'node:net';
import { createHistogram, performance } from 'node:perf_hooks';
import { answerQuestions } from './workers.js';

/** Requests of one kind: each has any of the paths, with any of the bodies. */
export interface Calls {
  readonly method: 'GET' | 'POST';
  readonly paths: readonly string[];
  /** JSON in ASCII; absent: none. */
  readonly bodies?: readonly string[];
  readonly secret: string;
  /** Names of headers with a random value in each request, in hexadecimal. */
  readonly nonces?: readonly string[];
  /** What the answer begins with and what stands in it; another one ends everything. */
  readonly status: number;
  readonly text: string;
}

export interface LoadRequest {
  /** Given once; later rounds ask the same. */
  readonly calls?: Calls;
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadReport {
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Part of the time in which this process was busy: near 1 it would measure itself. */
  readonly busy: number;
}

/**
 * Asks at random over raw sockets, one request at a time on each, and looks into every answer.
 * General load generators take longer for a request than the server that they are to measure.
 */
answerQuestions(async (request: LoadRequest): Promise<LoadReport> => {
  calls = request.calls ?? calls;
  const { hostname, port } = new URL(request.url);
  const { connections, seconds } = request;
  const histogram = createHistogram();
  const idle = performance.eventLoopUtilization();
  const endsAt = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: connections }, () => keepAsking(connect(Number(port), hostname), endsAt, histogram)),
  );
  return {
    requestsPerSecond: histogram.count / seconds,
    p50Milliseconds: histogram.percentile(50) / 1e6,
    p99Milliseconds: histogram.percentile(99) / 1e6,
    busy: performance.eventLoopUtilization(idle).utilization,
  };
});

let calls: Calls | undefined;

function requestOf({ method, paths, bodies, secret, nonces = [] }: Calls): string {
  const body = bodies === undefined ? '' : anyOf(bodies);
  const content =
    bodies === undefined ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  const ids = nonces.map((name) => `${name}: ${hex()}${hex()}\r\n`).join('');
  return `${method} ${anyOf(paths)} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${secret}\r\n${ids}${content}\r\n${body}`;
}

function hex(): string {
  return Math.floor(Math.random() * 2 ** 52)
    .toString(16)
    .padStart(13, '0');
}

function anyOf(texts: readonly string[]): string {
  return texts[Math.floor(Math.random() * texts.length)] ?? '';
}

function keepAsking(
  socket: Socket,
  endsAt: number,
  histogram: ReturnType<typeof createHistogram>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  if (!calls) throw new Error('Nothing to ask.');
  const asked = calls;
  const beginning = `HTTP/1.1 ${asked.status} `;
  let askedAt = 0n;
  let received = '';

  function ask(): void {
    askedAt = process.hrtime.bigint();
    socket.write(requestOf(asked), 'latin1');
  }

  socket.setNoDelay();
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('The server closed a connection.')));
  socket.on('connect', ask);
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    if (!isWhole(received)) return;
    if (!received.startsWith(beginning) || !received.includes(asked.text)) {
      reject(new Error(`An answer that should not be:\n${received}`));
      return;
    }
    received = '';
    histogram.record(process.hrtime.bigint() - askedAt);
    if (performance.now() < endsAt) return ask();
    resolve(undefined);
    socket.destroy();
  });
  return promise;
}

const lengthForm = /\r\ncontent-length: (\d+)/i;

/** Answers come with their length, and each of their bytes is read as one character. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  return end !== -1 && text.length === end + 4 + Number(lengthForm.exec(text)?.[1]);
}
