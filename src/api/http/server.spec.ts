import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { finished } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type RawAnswer, sendRaw } from '../../../test/support/http-raw.js';
import { StoreUnavailable } from '../../event-store/port.js';
import { bodyMaxBytes } from './faults.js';
import { HttpProblem, type Problem } from './problem.js';
import { ProblemFilter } from './problem-filter.js';
import { writePosition } from './receipts.js';
import { createFastify } from './server.js';
import { RequestValidation } from './validation.js';

class ThingBody {
  @IsOptional()
  @IsString()
  readonly name?: string;
}

class ThingsQuery {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  readonly limit: number = 50;
}

@Controller()
class Things {
  @Get('v1/things')
  list(@Query() query: ThingsQuery) {
    return { limit: query.limit };
  }

  @Post('v1/things')
  @HttpCode(201)
  create(@Body() body: ThingBody) {
    return { name: body.name ?? null };
  }

  @Get('v1/things/:id')
  read(@Param('id') id: string, @Req() request: FastifyRequest) {
    if (id === 'missing') throw new HttpProblem('thing.not_found', 404, 'There is no such thing.');
    if (id === 'busy')
      throw new HttpProblem('thing.busy', 503, 'Later.', { headers: { 'retry-after': '5' } });
    if (id === 'broken') throw new Error('secret internals');
    return { id, ip: request.ip, scheme: request.protocol, host: request.host };
  }

  @Post('v1/things/:id/shown')
  show(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    if (id === 'written') writePosition(reply, '7');
    throw new StoreUnavailable('Away.');
  }

  @Get('docs')
  docs() {
    return { docs: true };
  }
}

@Module({ controllers: [Things] })
class ThingsModule {}

const failures: unknown[] = [];
let app: NestFastifyApplication;
let port: number;

async function start(trustedProxies: readonly string[]): Promise<NestFastifyApplication> {
  const report = (error: unknown) => void failures.push(error);
  const fastify = createFastify({ trustedProxies, report });
  const adapter = new FastifyAdapter(fastify);
  const started = await NestFactory.create<NestFastifyApplication>(ThingsModule, adapter, {
    bodyParser: false,
    logger: false,
  });
  started.useGlobalPipes(new RequestValidation());
  started.useGlobalFilters(new ProblemFilter(report));
  await started.listen(0, '127.0.0.1');
  return started;
}

function portOf(of: NestFastifyApplication): number {
  return (of.getHttpServer().address() as AddressInfo).port;
}

beforeAll(async () => {
  app = await start([]);
  port = portOf(app);
});

afterAll(() => app.close());

const url = (path: string) => `http://127.0.0.1:${port}${path}`;

function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  const contentType = { 'content-type': 'application/json' };
  return fetch(url('/v1/things'), { method: 'POST', body, headers: { ...contentType, ...headers } });
}

/** The document of a fetched answer, after what every problem document keeps to. */
async function problemOf(answer: Response): Promise<Problem> {
  const text = await answer.text();
  return checked({ status: answer.status, headers: Object.fromEntries(answer.headers), body: text });
}

function checked({ status, headers, body }: RawAnswer): Problem {
  expect(headers['content-type']).toBe('application/problem+json');
  expect(headers['x-content-type-options']).toBe('nosniff');
  const problem = JSON.parse(body) as Problem;
  expect(problem).toMatchObject({
    type: `urn:compass-keys:problem:${problem.code}`,
    title: expect.any(String),
    status,
    detail: expect.stringMatching(/\.$/),
    requestId: headers['x-request-id'],
  });
  return problem;
}

describe('every answer', () => {
  it('carries the headers that keep browsers and caches from misusing it', async () => {
    const { headers } = await fetch(url('/v1/things'));
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  it('may be cached outside of the API', async () => {
    expect((await fetch(url('/docs'))).headers.get('cache-control')).toBeNull();
  });

  it.each(['a', 'A1._-', 'x'.repeat(64)])('repeats the request id %s', async (id) => {
    const { headers } = await fetch(url('/v1/things'), { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toBe(id);
  });

  it.each(['', 'x'.repeat(65), 'a b', '<script>', 'a,b'])(
    'has a new request id instead of "%s"',
    async (id) => {
      const { headers } = await fetch(url('/v1/things'), { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    },
  );
});

describe('bodies', () => {
  it.each([
    ['an object', '{"name":"a"}', 'a'],
    ['an empty object', '{}', null],
    ['nothing', '', null],
    ['text in UTF-8', '{"name":"ключ 🔑"}', 'ключ 🔑'],
  ])('may be %s', async (_, body, name) => {
    const answer = await post(body);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ name });
  });

  it('may name a charset', async () => {
    expect((await post('{}', { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(201);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'json', ''])(
    'are refused as %s',
    async (type) => {
      const problem = await problemOf(await post('{}', { 'content-type': type }));
      expect(problem).toMatchObject({ status: 415, code: 'request.media_type_unsupported' });
    },
  );

  it('are refused without a type', async () => {
    const bytes = `POST /v1/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`;
    expect(checked(await sendRaw(port, bytes))).toMatchObject({ status: 415 });
  });

  it.each([
    ['cut off', Buffer.from('{"name":')],
    ['not JSON', Buffer.from('name=a')],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['blank', Buffer.from(' ')],
  ])('are refused when %s', async (_, body) => {
    expect(await problemOf(await post(body))).toMatchObject({ status: 400, code: 'request.malformed_json' });
  });

  it.each([
    ['{"__proto__":{"a":1}}', '/__proto__'],
    ['{"\\u005f_proto__":1}', '/__proto__'],
    ['{"a":[{"constructor":{"prototype":1}}]}', '/a/0/constructor'],
  ])('are refused with the key of a prototype: %s', async (body, pointer) => {
    expect(await problemOf(await post(body))).toMatchObject({
      status: 400,
      code: 'request.invalid',
      errors: [{ pointer, message: 'is not a field of this request' }],
    });
  });

  it('are refused when nested too deep, however deep', async () => {
    const problem = await problemOf(await post(`{"name":${'['.repeat(30_000)}${']'.repeat(30_000)}}`));
    expect(problem).toMatchObject({
      status: 400,
      errors: [{ message: 'must not be nested more than 32 deep' }],
    });
  });

  it('are refused beyond 64 KiB, announced or not', async () => {
    const fits = `{"name":"${'a'.repeat(bodyMaxBytes - 11)}"}`;
    expect((await post(fits)).status).toBe(201);
    expect(await problemOf(await post(`${fits} `))).toMatchObject({ status: 413, code: 'request.too_large' });
    const chunk = `${bodyMaxBytes.toString(16)}\r\n${'a'.repeat(bodyMaxBytes)}\r\n1\r\na\r\n0\r\n\r\n`;
    const head = 'POST /v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
    const answer = await sendRaw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect(checked(answer)).toMatchObject({ status: 413 });
  });

  it('are refused with fields in error, and say which', async () => {
    expect(await problemOf(await post('{"name":1,"colour":"red"}'))).toMatchObject({
      status: 400,
      code: 'request.invalid',
      errors: [
        { pointer: '/colour', message: 'is not a field of this request' },
        { pointer: '/name', message: 'must be a string' },
      ],
    });
  });
});

describe('queries', () => {
  it('are converted where the class says so', async () => {
    expect(await (await fetch(url('/v1/things?limit=7'))).json()).toEqual({ limit: 7 });
  });

  it.each(['limit=201', 'limit=x', 'limit=', 'limit=1&limit=2', 'colour=red', 'toString=1'])(
    'are refused as %s',
    async (query) => {
      expect(await problemOf(await fetch(url(`/v1/things?${query}`)))).toMatchObject({
        code: 'request.invalid',
      });
    },
  );
});

describe('addresses', () => {
  it.each(['/', '/v1', '/v1/nothing', '/v1/things/', '/v1/things/a/b', '//v1/things', '/v1/things/%2F/x'])(
    'are unknown: %s',
    async (path) => {
      expect(await problemOf(await fetch(url(path)))).toMatchObject({ status: 404, code: 'route.not_found' });
    },
  );

  it('are unknown to a request whose body nobody would read', async () => {
    const answer = await fetch(url('/v1/nothing'), { method: 'POST', body: 'a=b' });
    expect(await problemOf(answer)).toMatchObject({ status: 404 });
  });

  it.each([
    ['DELETE', '/v1/things', 'GET, HEAD, POST'],
    ['PATCH', '/v1/things/1?a=b', 'GET, HEAD'],
    ['OPTIONS', '/v1/things', 'GET, HEAD, POST'],
  ])('name their methods to %s %s', async (method, path, allow) => {
    const answer = await fetch(url(path), { method });
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await problemOf(answer)).toMatchObject({ status: 405, code: 'route.method_not_allowed' });
  });

  it('take a longer id than the router does as unknown', async () => {
    const problem = await problemOf(await fetch(url(`/v1/things/${'a'.repeat(101)}`)));
    expect(problem).toMatchObject({ status: 404, code: 'route.not_found' });
  });

  it.each(['/v1/%zz', '/v1/things/%', '/v1/things/%c3%28'])(
    'are refused when malformed: %s',
    async (path) => {
      const answer = await sendRaw(
        port,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\nConnection: close\r\n\r\n`,
      );
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(checked(answer)).toMatchObject({ status: 400, code: 'request.malformed', requestId: 'mine' });
    },
  );
});

describe('what is thrown', () => {
  it('becomes the document it says', async () => {
    const problem = await problemOf(await fetch(url('/v1/things/missing')));
    expect(problem).toMatchObject({ status: 404, code: 'thing.not_found', title: 'Not Found' });
  });

  it('may carry headers', async () => {
    const answer = await fetch(url('/v1/things/busy'));
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'thing.busy' });
  });

  it('is reported and not shown when it is a bug', async () => {
    failures.length = 0;
    const problem = await problemOf(await fetch(url('/v1/things/broken')));
    expect(problem).toMatchObject({ status: 500, code: 'server.failed' });
    expect(JSON.stringify(problem)).not.toContain('secret internals');
    expect(failures).toEqual([new Error('secret internals')]);
  });

  it.each([
    ['unwritten', 'log.unavailable'],
    ['written', 'command.not_shown'],
  ])('never say that nothing was changed after a write: %s', async (id, code) => {
    const answer = await fetch(url(`/v1/things/${id}/shown`), { method: 'POST' });
    expect(await problemOf(answer)).toMatchObject({ status: 503, code });
  });
});

describe('broken requests', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['TLS', Buffer.from('16030100a5010000a1030352', 'hex')],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
    [
      'a length beside chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no Host', 'GET /v1/things HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('are answered with a document: %s', async (_, bytes) => {
    expect(checked(await sendRaw(port, bytes))).toMatchObject({ status: 400, code: 'request.malformed' });
  });

  it('are answered when a method is known to HTTP and not to us', async () => {
    const answer = await sendRaw(
      port,
      'PROPFIND /v1/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    expect(checked(answer)).toMatchObject({ status: 405 });
  });

  it('are answered when the headers are too large, though more is on its way', async () => {
    const answer = await sendRaw(port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(200_000)}\r\n\r\n`);
    expect(checked(answer)).toMatchObject({ status: 431, code: 'request.headers_too_large' });
  });

  it('are no failure of ours when the caller hangs up', async () => {
    failures.length = 0;
    const head = 'POST /v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9';
    const socket = connect(port, '127.0.0.1');
    socket.write(`${head}\r\n\r\n{`);
    const [request] = (await once(app.getHttpServer(), 'request')) as [IncomingMessage];
    socket.resetAndDestroy();
    await new Promise((resolve) => finished(request, resolve));
    await setImmediate();
    expect(failures).toEqual([]);
  });

  it('let the requests before them have their answers', async () => {
    const get = 'GET /v1/things?limit=7 HTTP/1.1\r\nHost: a\r\n\r\n';
    const { status, body } = await sendRaw(port, `${get}${get}nonsense\r\n\r\n`);
    expect(status).toBe(200);
    expect(body).toMatch(/^\{"limit":7\}HTTP\/1\.1 200 OK\r\n[^{]+\{"limit":7\}$/);
  });
});

describe('proxies', () => {
  const path = '/v1/things/1';
  const forwarded = {
    'x-forwarded-for': '192.0.2.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'keys.example',
  };

  it('are not believed unless trusted', async () => {
    const answer = await fetch(url(path), { headers: forwarded });
    expect(await answer.json()).toMatchObject({ ip: '127.0.0.1', scheme: 'http', host: `127.0.0.1:${port}` });
  });

  it('are believed where trusted', async () => {
    const behind = await start(['127.0.0.0/8']);
    const answer = await fetch(`http://127.0.0.1:${portOf(behind)}${path}`, { headers: forwarded });
    expect(await answer.json()).toMatchObject({ ip: '192.0.2.7', scheme: 'https', host: 'keys.example' });
    await behind.close();
  });
});
