import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Who has connected by now has a request on its way, or will not miss the connection. */
const lateRequestMilliseconds = 500;

/**
 * Knows from the beginning who is connected to a server, so that it can stop well.
 * @returns takes no more connections, calls `drain`, and waits until the last answer is given; answers must
 *   say `Connection: close` once `drain` is over. Node's own `close` ends connections whose next request is on its way,
 *   and waits a minute for those that have never sent one, as browsers open them beforehand.
 */
export function prepareStop(server: Server): (drain: () => Promise<void>) => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return async (drain) => {
    const closed = new Promise<void>(
      (resolve) => void NetServer.prototype.close.call(server, () => resolve()),
    );
    await drain();
    const late = new AbortController();
    await Promise.race([closed, sleep(lateRequestMilliseconds, undefined, { signal: late.signal })]);
    late.abort();
    // Where the processor was not to be had, what has come meanwhile is still to be read.
    await nextTurn();
    for (const socket of sockets) if (!isAnswering(socket)) socket.destroy();
    await closed;
  };
}

/** Node keeps the answer being given at its socket. */
function isAnswering(socket: Socket & { _httpMessage?: ServerResponse | null }): boolean {
  return Boolean(socket._httpMessage);
}
