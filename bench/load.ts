import { connect, type Socket } from 'node:net';
import { createHistogram, performance } from 'node:perf_hooks';
import type { Population } from './population.js';
import { answerQuestions } from './workers.js';

export interface LoadRequest {
  /** Given once; later rounds ask about the same keys. */
  readonly population?: Pick<Population, 'gateway' | 'keys'>;
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
 * Asks about random keys over raw sockets, one request at a time on each, and looks into every answer.
 * General load generators take longer for a request than the server that they are to measure.
 */
answerQuestions(async (request: LoadRequest): Promise<LoadReport> => {
  if (request.population) requests = requestsFor(request.population);
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

let requests: readonly string[] = [];

function requestsFor({ gateway, keys }: Pick<Population, 'gateway' | 'keys'>): string[] {
  return keys.map(({ secret }) => {
    const body = JSON.stringify({ key: secret, permission: 'models:train' });
    const head = [
      'POST /v1/verify HTTP/1.1',
      'host: 127.0.0.1',
      `authorization: Bearer ${gateway}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  });
}

function keepAsking(
  socket: Socket,
  endsAt: number,
  histogram: ReturnType<typeof createHistogram>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let askedAt = 0n;
  let received = '';

  function ask(): void {
    askedAt = process.hrtime.bigint();
    socket.write(requests[Math.floor(Math.random() * requests.length)] ?? '', 'latin1');
  }

  socket.setNoDelay();
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('The server closed a connection.')));
  socket.on('connect', ask);
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    if (!isWhole(received)) return;
    if (!received.startsWith('HTTP/1.1 200 ') || !received.includes('"allowed":true')) {
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

/** Answers here are ASCII and come with their length. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  return end !== -1 && text.length === end + 4 + Number(lengthForm.exec(text)?.[1]);
}
