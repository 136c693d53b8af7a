import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** @returns the address of a server that listens from now on */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the service says on /metrics, too. */
export function cpuMetric(): string {
  const { user, system } = process.cpuUsage();
  return `process_cpu_seconds_total ${(user + system) / 1e6}\n`;
}

export function onBody(request: IncomingMessage, take: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => take(Buffer.concat(chunks).toString()));
}
