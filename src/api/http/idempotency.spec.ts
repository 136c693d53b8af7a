import type { ExecutionContext } from '@nestjs/common';
import type { QueryBus } from '@nestjs/cqrs';
import { lastValueFrom, throwError } from 'rxjs';
import { ReadModelsBehind, VerificationBehind } from '../../application/parts.js';
import { ClockWrong } from '../../application/right-clock.js';
import { OutcomeUnknown, StoreUnavailable } from '../../event-store/port.js';
import type { Replies, RequestMarks } from '../../platform/replies.js';
import { problemOfRefusal } from './answers.js';
import { fault } from './faults.js';
import { Idempotency } from './idempotency.js';

const user = { type: 'user', userId: 'ada', sessionId: 's-1', teamId: 't-1', role: 'ADMIN' } as const;
const access = { keyId: 'k-1', ownerId: null, role: 'admin', scopes: ['keys', 'project'] };
const key = { type: 'key', teamId: 't-1', secret: { secretId: 'x-1' }, access };

/** What becomes of a request whose handling fails, and the name it was begun with. */
async function failing(error: unknown, how: { principal?: object; isWritten?: boolean } = {}) {
  const { principal = user, isWritten = false } = how;
  const ends: string[] = [];
  const begun: RequestMarks[] = [];
  const replies: Pick<Replies, 'begin'> = {
    async begin(request) {
      begun.push(request);
      const end = (name: string) => async () => void ends.push(name);
      const attempt = { finish: end('finished'), abandon: end('abandoned'), giveUp: end('given up') };
      return { state: 'begun', attempt };
    },
  };
  const request = {
    method: 'POST',
    url: '/v1/keys',
    headers: { 'idempotency-key': 'a' },
    body: {},
    principal,
  };
  const reply = { hasHeader: (name: string) => isWritten && name === 'compass-position' };
  const context = { switchToHttp: () => ({ getRequest: () => request, getResponse: () => reply }) };
  const idempotency = new Idempotency(replies as Replies, {} as QueryBus);
  const answer = await idempotency.intercept(context as ExecutionContext, {
    handle: () => throwError(() => error),
  });
  await expect(lastValueFrom(answer)).rejects.toBe(error);
  return { ends, name: begun[0]?.name };
}

describe('a request that fails', () => {
  it.each([
    ['a refusal', problemOfRefusal({ code: 'right.missing' })],
    ['a bad body', fault('request.invalid')],
    ['a log that did not take it', new StoreUnavailable('Away.')],
    ['a wrong clock', new ClockWrong('Wrong.')],
    ['read models that are behind', new ReadModelsBehind('Behind.')],
  ])('is forgotten after %s, unless something had been written', async (_, error) => {
    expect((await failing(error)).ends).toEqual(['abandoned']);
    expect((await failing(error, { isWritten: true })).ends).toEqual(['given up']);
  });

  it.each([
    ['a log that did not answer', new OutcomeUnknown('Gone.')],
    ['verification that is behind', new VerificationBehind('Behind.')],
    ['a database that is away', new Error('Connection terminated')],
    ['a bug', new TypeError('x is not a function')],
  ])('is never done again after %s', async (_, error) => {
    expect((await failing(error)).ends).toEqual(['given up']);
  });
});

describe('the name of a request', () => {
  const nameOf = async (principal: object) => (await failing(fault('request.invalid'), { principal })).name;

  it('is the same for another session or secret', async () => {
    expect(await nameOf({ ...user, sessionId: 's-2' })).toEqual(await nameOf(user));
    expect(await nameOf({ ...key, secret: { secretId: 'x-2' } })).toEqual(await nameOf(key));
    const reordered = { ...access, scopes: ['project', 'keys'] };
    expect(await nameOf({ ...key, access: reordered })).toEqual(await nameOf(key));
  });

  it.each([
    ['a user of another role', user, { ...user, role: 'USER' }],
    ['a key of another role', key, { ...key, access: { ...access, role: 'member' } }],
    ['a key with fewer scopes', key, { ...key, access: { ...access, scopes: ['project'] } }],
    ['a token whose user has another role', key, { ...key, userRole: 'USER' }],
  ])('is another one for %s', async (_, before, after) => {
    expect(await nameOf(after)).not.toEqual(await nameOf(before));
  });
});
