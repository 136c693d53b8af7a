import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import type { Position } from '../event-store/port.js';

const deadlineMilliseconds = 10_000;
const answerMilliseconds = 3_000;
const pauseMilliseconds = 100;
/** Within which every process knows what one knows. */
const spreadMilliseconds = 1_000;

/**
 * Waits until the service with these settings knows what the log holds up to a position: verification and read
 * models. Where nobody answers, whoever starts later begins with it.
 * @returns what came of it, as a sentence for the terminal
 */
export async function waitUntilServed(config: Config, position: Position): Promise<string> {
  const { httpPort, processesCount } = config;
  if (httpPort === 0) {
    await sleep(spreadMilliseconds);
    return 'The service, which chose its port itself, was not asked; it knows within a second.';
  }
  const url = `http://${hostOf(config)}:${httpPort}`;
  const deadline = performance.now() + deadlineMilliseconds;
  while (performance.now() < deadline) {
    const answer = await ask(url, position);
    if (answer === 'nobody') return `No service answers at ${url}; the next start knows.`;
    if (answer === 'known') {
      if (processesCount > 1) await sleep(spreadMilliseconds);
      return `The service at ${url} knows.`;
    }
    await sleep(pauseMilliseconds);
  }
  return `The service at ${url} does not say that it knows. Look at ${url}/readyz.`;
}

/** From this machine, also where it listens on all addresses. */
function hostOf({ host }: Config): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

async function ask(url: string, position: Position): Promise<'known' | 'waiting' | 'nobody'> {
  try {
    const { status } = await fetch(`${url}/livez`, {
      headers: { 'compass-min-position': position, connection: 'close' },
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    return status === 200 ? 'known' : 'waiting';
  } catch (error) {
    return isRefusal(error) ? 'nobody' : 'waiting';
  }
}

function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
