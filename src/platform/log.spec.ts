import type { LoggerService } from '@nestjs/common';
import { createFrameworkLog } from './framework-log.js';
import { createLog, type Log } from './log.js';
import { redactSecrets } from './redaction.js';

const secret = `cks_${'3fQ'.repeat(14)}abcdefg`;

let lines: string[];
let log: Log;

beforeEach(() => {
  lines = [];
  log = createLog({ level: 'trace', destination: { write: (line) => void lines.push(line) } });
});

const written = (): unknown => JSON.parse(lines.join(''));

test('writes one JSON object a line', () => {
  log.info({ port: 8080 }, 'Listening');
  expect(lines.join('')).toMatch(/^[^\n]+\n$/);
  expect(written()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    port: 8080,
    message: 'Listening',
  });
});

test.each(['cks', 'ckp', 'ckt', 'cki', 'cka'])('masks a secret %s wherever it stands', (prefix) => {
  const one = secret.replace('cks', prefix);
  const error = new Error(`no key ${one}`, { cause: new TypeError(`bad: ${one}`) });
  error.stack = `Error: no key ${one}\n    at somewhere(${one})`;
  log.error({ error, deep: { er: [one, { and: `x${one}!` }] }, [one]: 1 }, `with ${one}`);
  log.warn(one);
  log.child({ one }).info('%s', one);
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain(one);
  expect(lines[1]).toContain(`"message":"${prefix}_[redacted]"`);
});

test('leaves alone what only looks similar', () => {
  const text = `cks_${'a'.repeat(48)} ckx_${'a'.repeat(49)} https://example.com:8080/a@b`;
  expect(redactSecrets(text)).toBe(text);
});

test('masks the password of an address', () => {
  expect(redactSecrets('postgres://compass:hunter2@127.0.0.1:5432/compass')).toBe(
    'postgres://compass:[redacted]@127.0.0.1:5432/compass',
  );
});

test.each(['authorization', 'cookie', 'set-cookie', 'secret', 'password', 'token', 'key', 'body', 'query'])(
  'hides the field %s at any level it is likely to stand',
  (name) => {
    log.info({ [name]: 'hush', headers: { [name]: 'hush' }, request2: { headers: { [name]: ['hush'] } } });
    expect(lines.join('')).not.toContain('hush');
    expect(written()).toMatchObject({ [name]: '[redacted]', headers: { [name]: '[redacted]' } });
    log.child({ [name]: 'hush' }).info('Told');
    expect(lines.at(-1)).not.toContain('hush');
  },
);

test('shows a request by method and path only, and a response by its status', () => {
  const request = {
    id: 'r1',
    method: 'POST',
    url: '/v1/keys?name=x',
    headers: { authorization: 'Bearer x' },
    body: { a: 1 },
  };
  log.info({ request, response: { statusCode: 201, headers: {} } }, 'Answered');
  expect(written()).toMatchObject({
    request: { id: 'r1', method: 'POST', path: '/v1/keys' },
    response: { statusCode: 201 },
  });
  expect(lines.join('')).not.toMatch(/Bearer|name=x|"a"/);
});

test('shows an error by type, code, message, stack and cause, without its other fields', () => {
  const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(a@b.c)' });
  log.error({ error: new RangeError('cannot sign up', { cause }) }, 'Failed');
  expect(written()).toMatchObject({
    error: {
      type: 'RangeError',
      message: 'cannot sign up',
      stack: expect.stringContaining('log.spec'),
      cause: { code: '23505', message: 'duplicate key' },
    },
  });
  expect(lines.join('')).not.toContain('a@b.c');
});

test('serves NestJS as its logger', () => {
  const logger: LoggerService = createFrameworkLog(log);
  logger.log('Mapped', 'Router');
  logger.error('Broken', 'Error: Broken\n    at here', 'Handler');
  logger.error(new Error(`about ${secret}`));
  logger.verbose?.({ a: 1 });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'debug', message: 'Mapped', context: 'Router' },
    { level: 'error', message: 'Broken', context: 'Handler', stack: 'Error: Broken\n    at here' },
    { level: 'error', message: 'about cks_[redacted]', error: { type: 'Error' } },
    { level: 'trace', message: '{"a":1}' },
  ]);
});
