import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A place on the way from one process to another where the connection can be harmed. */
export interface Gate {
  readonly port: number;
  /** Breaks every connection and takes no more until it is opened again. */
  cut(): void;
  /** Lets requests through, and breaks the connection when the answer comes. */
  dropReplies(): void;
  /** Passes everything on, as in the beginning. */
  open(): void;
  close(): Promise<void>;
}

/** @param targetPort where connections go, asked anew for each; undefined: nobody is there */
export async function openGate(targetPort: () => number | undefined): Promise<Gate> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'deaf' = 'open';

  const server = createServer({ noDelay: true }, (near) => {
    const port = targetPort();
    if (state === 'cut' || port === undefined) {
      near.destroy();
      return;
    }
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    pair(near, far);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (state === 'deaf') near.destroy();
      else near.write(bytes);
    });
  });

  /** What ends one side ends the other. */
  function pair(...both: readonly [Socket, Socket]): void {
    for (const [index, socket] of both.entries()) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        both[1 - index]?.destroy();
      });
    }
  }

  function breakAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      breakAll();
    },
    dropReplies() {
      state = 'deaf';
    },
    open() {
      state = 'open';
    },
    async close() {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
