import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createKnownHeads } from './known-heads.js';

const caller = 'gateway';
const usual = 'host: a\r\nauthorization: Bearer secret\r\ncontent-type: application/json\r\n';

function post(body: string, lines = usual): string {
  return `POST /v1/verify HTTP/1.1\r\n${lines}content-length: ${body.length}\r\n\r\n${body}`;
}

function answer(text: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

let server: Server;
let mayTake: boolean;
/** What is to be sent yet, and who has read what: the parser of Node, or nobody. */
let answers: (() => void)[];
let read: string[];
let client: Socket;
/** The other end of the client's connection. */
let accepted: Socket;

function sendAll(): void {
  const all = answers;
  answers = [];
  for (const send of all) send();
}

async function open(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [accepted] = (await once(server, 'connection')) as [Socket];
  return socket;
}

beforeEach(async () => {
  [mayTake, answers, read] = [true, [], []];
  const heads = createKnownHeads<string>({
    hurry: sendAll,
    take({ caller: asker, body, requestId }, send) {
      if (body === 'odd!') return false;
      read.push(`short ${body}`);
      if (answers.length === 0) setImmediate(sendAll);
      answers.push(() => send(answer(`${asker}, ${body}, ${requestId}`), 'latin1'));
      return true;
    },
  });
  server = createServer((request, response) => {
    if (request.url === '/early') response.setHeader('content-length', 11).end('node, early');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('latin1');
      read.push(`node ${body}`);
      heads.learn(request, response, caller);
      const told = `node, ${body.slice(0, 8)}`;
      if (!response.headersSent) response.setHeader('content-length', told.length).end(told);
    });
  });
  heads.watch(server, () => mayTake);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = await open();
});

afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** @returns the last body that came, once there are as many answers as are expected */
async function ask(request: string, count = 1, socket = client): Promise<string> {
  let text = '';
  const come = new Promise<void>((resolve) => {
    socket.on('data', function take(chunk: Buffer) {
      text += chunk.toString('latin1');
      if (bodiesOf(text).length < count) return;
      socket.off('data', take);
      resolve();
    });
  });
  socket.write(request, 'latin1');
  await come;
  return bodiesOf(text).at(-1) ?? '';
}

function bodiesOf(text: string): string[] {
  return [...text.matchAll(/content-length: (\d+)(?:\r\n[^\r\n]+)*\r\n\r\n/gi)].flatMap(
    ({ 0: { length }, 1: bytes, index }) => {
      const body = text.slice(index + length, index + length + Number(bytes));
      return body.length === Number(bytes) ? [body] : [];
    },
  );
}

async function learnHead(socket = client): Promise<void> {
  for (const body of ['one!', 'two!']) await ask(post(body), 1, socket);
  read = [];
}

it('is known once it has come twice', async () => {
  for (const body of ['one!', 'two!']) expect(await ask(post(body))).toBe(`node, ${body}`);
  expect(await ask(post('more'))).toBe('gateway, more, undefined');
  expect(read).toEqual(['node one!', 'node two!', 'short more']);
});

it('is known on other connections, after what Node must read first on each', async () => {
  await learnHead();
  const other = await open();
  expect(await ask(post('one!'), 1, other)).toBe('node, one!');
  expect(await ask(post('two!'), 1, other)).toBe('gateway, two!, undefined');
  other.destroy();
});

it.each([
  ['another byte', post('more', usual.replace('secret', 'secreT'))],
  ['another length of the body', post('longer')],
  ['another line', post('more', `${usual}origin: https://a.example\r\n`)],
  ['a head of more than 2 KiB', post('more', `${usual}tracestate: ${'a'.repeat(2_048)}\r\n`)],
  ['two spaces', post('more', usual.replace('host: ', 'host:  '))],
  ['a body that is not ASCII', post('mör!')],
  ['a body that is not taken', post('odd!')],
])('is left to Node with %s', async (_, request) => {
  await learnHead();
  expect(await ask(request)).toMatch(/^node, /);
  expect(await ask(post('more'))).toBe('gateway, more, undefined');
});

it('is not learned where it is longer than 2 KiB', async () => {
  for (const body of ['one!', 'two!', 'more'])
    expect(await ask(post(body, `${usual}cookie: ${'a'.repeat(2_048)}\r\n`))).toBe(`node, ${body}`);
});

it.each([
  ['1.1', 'close'],
  ['1.0', 'close'],
  ['1.0', 'other'],
])('is not learned where the connection is closed: HTTP/%s, %s', async (version, connection) => {
  for (const body of ['one!', 'two!', 'more']) {
    const socket = await open();
    await ask(post('none at all'), 1, socket);
    const closed = once(socket, 'close');
    const request = post(body, `${usual}connection: ${connection}\r\n`).replace('1.1', version);
    expect(await ask(request, 1, socket)).toBe(`node, ${body}`);
    await closed;
  }
});

it('is known among others that come in turns', async () => {
  for (const body of ['one!', 'longer', 'two!', 'longer']) await ask(post(body));
  expect(await ask(post('more'))).toBe('gateway, more, undefined');
  expect(await ask(post('longer'))).toBe('gateway, longer, undefined');
});

it('is not learned where it is another each time', async () => {
  for (const nonce of ['1', '2', '3', '4'])
    expect(await ask(post('one!', `${usual}x-nonce: ${nonce}\r\n`))).toBe('node, one!');
});

it('is looked for now and then only, where it was another each time', async () => {
  for (let nonce = 0; nonce < 16; nonce += 1) await ask(post('one!', `${usual}x-nonce: ${nonce}\r\n`));
  let count = 0;
  while ((await ask(post('more'))) === 'node, more') count += 1;
  expect(count).toBe(2 * 16);
  for (let times = 0; times < 17; times += 1) expect(await ask(post('more'))).toMatch(/^gateway/);
});

describe('ids', () => {
  const trace = (digit: string) =>
    `TraceParent: 00-${digit.repeat(32)}-${digit.repeat(16)}-01\r\ntracestate: a=${digit}, b=2\r\n`;

  it('may be new each time', async () => {
    for (const digit of ['1', '2']) await ask(post('one!', `${usual}${trace(digit)}`));
    expect(await ask(post('more', `${usual}${trace('3')}`))).toBe('gateway, more, undefined');
    expect(await ask(post('more'))).toBe('gateway, more, undefined');
  });

  it('are told, but for one that is given twice', async () => {
    await learnHead();
    expect(await ask(post('more', `${usual}X-Request-Id: mine \r\n`))).toBe('gateway, more, mine');
    const twice = `${usual}x-request-id: mine\r\nx-request-id: yours\r\n`;
    expect(await ask(post('more', twice))).toBe('gateway, more, ');
  });
});

describe('what is not one request in one piece', () => {
  it('is answered in its order when two come together', async () => {
    await learnHead();
    expect(await ask(post('a...') + post('b...'), 2)).toBe('node, b...');
    expect(read).toEqual(['node a...', 'node b...']);
  });

  it('is answered in its order when one follows before the answer', async () => {
    await learnHead();
    const answered = ask('', 3);
    for (const body of ['a...', 'odd!', 'c...']) accepted.emit('data', Buffer.from(post(body)));
    expect(await answered).toBe('node, c...');
    expect(read).toEqual(['short a...', 'node odd!', 'node c...']);
  });

  it('is read by Node, and the next one is short again', async () => {
    await learnHead();
    const request = post('a...');
    const answered = ask('', 1);
    accepted.emit('data', Buffer.from(request.slice(0, -2)));
    accepted.emit('data', Buffer.from(request.slice(-2)));
    expect(await answered).toBe('node, a...');
    expect(await ask(post('more'))).toBe('gateway, more, undefined');
  });

  it.each([
    ['a body', `content-length: ${post('more').length}`],
    ['a body in chunks', 'transfer-encoding: chunked'],
  ])('is no request where it is part of %s', async (_, line) => {
    await learnHead();
    const [chunks, inside] = [line.startsWith('t'), post('more')];
    const answered = ask('', 1);
    accepted.emit('data', Buffer.from(`POST / HTTP/1.1\r\nhost: a\r\n${line}\r\n\r\n`));
    if (chunks) accepted.emit('data', Buffer.from(`${inside.length.toString(16)}\r\n`));
    accepted.emit('data', Buffer.from(inside));
    if (chunks) accepted.emit('data', Buffer.from('\r\n0\r\n\r\n'));
    expect(await answered).toBe('node, POST /v1');
    expect(read).toEqual([`node ${inside}`]);
  });

  it.each(['content-length: 99', 'transfer-encoding: chunked'])(
    'is no request where it is part of a body that was answered before it came: %s',
    async (line) => {
      await learnHead();
      expect(await ask(`POST /early HTTP/1.1\r\nhost: a\r\n${line}\r\n\r\n`)).toBe('node, early');
      accepted.emit('data', Buffer.from(post('more')));
      expect(read).toEqual([]);
    },
  );

  it('is no request where a head is not whole yet', async () => {
    await learnHead();
    const answered = ask('', 1);
    accepted.emit('data', Buffer.from('POST / HTTP/1.1\r\nx-odd: '));
    accepted.emit('data', Buffer.from(post('more')));
    expect(await answered).toBe('node, more');
    expect(await ask(post('more'))).toBe('node, more');
  });
});

it('is left to Node when it may not be taken any more', async () => {
  await learnHead();
  mayTake = false;
  expect(await ask(post('more'))).toBe('node, more');
});

it('is left to Node when its sender does not fetch their answers', async () => {
  await learnHead();
  accepted.cork();
  const answered = ask('', 2);
  accepted.emit('data', Buffer.from(post('a...')));
  sendAll();
  accepted.emit('data', Buffer.from(post('b...')));
  accepted.uncork();
  expect(await answered).toBe('node, b...');
  expect(read).toEqual(['short a...', 'node b...']);
});

it.each(['destroy', 'end'] as const)('is not answered after an %s of the connection', async (end) => {
  await learnHead();
  accepted.emit('data', Buffer.from(post('a...')));
  accepted[end]();
  const failures: unknown[] = [];
  accepted.on('error', (error) => failures.push(error));
  sendAll();
  expect(await ask(post('one!'), 1, await open())).toBe('node, one!');
  expect(failures).toEqual([]);
});
