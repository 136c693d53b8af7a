import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { prepareStop } from './stop-listening.js';

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function start(answer: () => Promise<void> | void = () => undefined) {
  const server = createServer((_request, response) => {
    void Promise.resolve(answer()).then(() => response.end('done'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    const accepted = once(server, 'connection');
    await once(socket, 'connect');
    await accepted;
    return socket;
  };
  const stopListening = prepareStop(server);
  return { server, stop: (drain = () => Promise.resolve()) => stopListening(drain), open };
}

async function answerOn(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString();
}

it('refuses who comes and answers who has come', async () => {
  const { stop, open } = await start();
  const early = await open();
  const stopped = stop();
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  early.write(request);
  expect(await answerOn(early)).toMatch(/^HTTP\/1\.1 200/);
  await stopped;
});

it('waits for an answer under way', async () => {
  const finish = Promise.withResolvers<void>();
  const { server, stop, open } = await start(() => finish.promise);
  const socket = await open();
  socket.write(request);
  await once(server, 'request');
  let isStopped = false;
  const stopped = stop().then(() => (isStopped = true));
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(isStopped).toBe(false);
  finish.resolve();
  expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 200/);
  socket.end();
  await stopped;
});

it('answers what has come while there was no time to read it', async () => {
  const { stop, open } = await start();
  const early = await open();
  const stopped = stop();
  await nextTurn();
  early.write(request);
  const until = performance.now() + 600;
  while (performance.now() < until);
  expect(await answerOn(early)).toMatch(/^HTTP\/1\.1 200/);
  early.end();
  await stopped;
});

it('ends connections that nobody uses, and those that nobody ever used', async () => {
  const { stop, open } = await start();
  const [used, unused] = [await open(), await open()];
  used.write(request);
  await answerOn(used);
  const ended = [used, unused].map((socket) => once(socket.resume(), 'close'));
  await Promise.all([stop(), ...ended]);
});

it('is done at once where nobody is connected', async () => {
  const { server, stop } = await start();
  await stop();
  expect(server.listening).toBe(false);
});

it('answers as ever until it may drain', async () => {
  const mayDrain = Promise.withResolvers<void>();
  const { stop, open } = await start();
  const early = await open();
  let isStopped = false;
  const stopped = stop(() => mayDrain.promise).then(() => (isStopped = true));
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  early.write(request);
  expect(await answerOn(early)).toMatch(/^HTTP\/1\.1 200/);
  expect(isStopped).toBe(false);
  mayDrain.resolve();
  await stopped;
});
