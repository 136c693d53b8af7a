import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Proxy {
  /** The URL of the database, by way of the proxy. */
  readonly url: string;
  /** Passes on what is sent, but no more answers. */
  silence(): void;
  /** Breaks every connection and takes no more. */
  cut(): Promise<void>;
  /** Takes connections again, where it did before. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** A network on the way to a database that can fail. */
export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let silent = false;
  let server = createServer(accept);

  function accept(client: Socket): void {
    const database = connect(Number(port), hostname);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        (socket === client ? database : client).destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (data) => database.write(data));
    database.on('data', (data) => silent || client.write(data));
  }

  async function listen(at: number): Promise<AddressInfo> {
    server = createServer(accept).listen(at, '127.0.0.1');
    await once(server, 'listening');
    return server.address() as AddressInfo;
  }

  async function cut(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  const address = await listen(0);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${address.port}`;
  return {
    url: url.href,
    silence() {
      silent = true;
    },
    cut,
    async restore() {
      silent = false;
      await listen(address.port);
    },
    async close() {
      if (server.listening) await cut();
    },
  };
}
