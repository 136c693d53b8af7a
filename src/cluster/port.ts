import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processes whose primary was killed a moment ago may be about to let go of it. */
const attempts = 10;
const pauseMilliseconds = 100;

/**
 * Makes sure that nobody listens on a port: processes that share one by their own wish would not notice
 * that another service does so too, and would answer its clients.
 * @param port 0: any free one
 * @returns the port
 * @throws Error with the `code` of the system, such as EADDRINUSE
 */
export async function findFreePort(host: string, port: number): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await occupyShortly(host, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === attempts) throw error;
      await sleep(pauseMilliseconds);
    }
  }
}

async function occupyShortly(host: string, port: number): Promise<number> {
  const server = createServer().listen({ host, port });
  await once(server, 'listening');
  const { port: found } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return found;
}
