import { randomBytes } from 'node:crypto';
import type { Problem } from '../../src/api/http/problem.js';
import type { KeyView } from '../../src/application/key/key-view.js';
import type { Answer, Caller, HttpClient, Sending } from './http-client.js';
import { bearer } from './http-client.js';
import { type Secrets, secretsIn } from './secrets.js';

export interface NewKey {
  readonly key: KeyView;
  readonly secret: string;
}

/** Someone who has signed up: sends the cookie, and the Origin that it needs. */
export interface Owner extends Caller {
  readonly email: string;
  readonly password: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly team: { readonly id: string; readonly name: string };
  readonly project: { readonly id: string };
  readonly freeKey: NewKey;
}

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly teamName?: string;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly code: string;
  readonly keyId?: string;
}

/** The service as people and programs use it; every answer and every secret in it is kept for the hunt. */
export interface Api {
  send<Body = Problem>(method: string, path: string, sending?: Sending): Promise<Answer<Body>>;
  /** Someone new, unlike everybody else. */
  signUp(person?: Partial<Person>): Promise<Owner>;
  /** Headers of a session, from the answer of a sign-up or sign-in. */
  sessionOf(answer: Answer<unknown>): Caller;
  createKey(as: Caller, body?: object): Promise<NewKey>;
  revoke(as: Caller, keyId: string, sending?: Sending): Promise<Answer<{ key: KeyView }>>;
  verify(as: Caller, body: object, sending?: Sending): Promise<Answer<Verdict>>;
  verifyItself(secret: string, sending?: Sending): Promise<Answer<Verdict>>;
  /** Each answer as one text. */
  answers(): readonly string[];
}

/** @param url where the service is; it may be another place after a restart */
export function createApi(client: HttpClient, url: string, secrets: Secrets): Api {
  const texts: string[] = [];

  async function send<Body>(method: string, path: string, sending: Sending = {}): Promise<Answer<Body>> {
    const answer = await client.send<Body>(method, path, sending);
    texts.push(`${method} ${path} ${answer.status} ${answer.text}`);
    for (const secret of secretsIn(answer.text)) secrets.remember('secret', secret);
    for (const cookie of answer.headers['set-cookie'] ?? []) rememberSession(cookie);
    return answer;
  }

  function rememberSession(cookie: string): void {
    const token = decodeURIComponent(/^[^=;]+=([^;]*)/.exec(cookie)?.[1] ?? '').split('.')[0];
    if (token) secrets.remember('session', token);
  }

  function sessionOf({ headers }: Answer<unknown>): Caller {
    const cookie = (headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
    return { headers: { cookie, origin: url } };
  }

  async function signUp(given: Partial<Person> = {}): Promise<Owner> {
    const mark = randomBytes(6).toString('hex');
    const person = {
      email: `ada-${mark}@example.com`,
      password: `password-${mark}`,
      name: `Ada ${mark}`,
      ...given,
    };
    secrets.remember('password', person.password);
    secrets.remember('personal', person.email);
    secrets.remember('personal', person.name);
    const answer = await send<Omit<Owner, 'headers' | 'email' | 'password'>>('POST', '/v1/sign-up', {
      body: person,
    });
    expectStatus(answer, 201);
    return { ...answer.body, email: person.email, password: person.password, ...sessionOf(answer) };
  }

  return {
    send,
    signUp,
    sessionOf,
    async createKey(as, body = {}) {
      const answer = await send<NewKey>('POST', '/v1/keys', { as, body });
      expectStatus(answer, 201);
      return answer.body;
    },
    revoke: (as, keyId, sending) => send('POST', `/v1/keys/${keyId}/revoke`, { as, ...sending }),
    verify: (as, body, sending) => send('POST', '/v1/verify', { as, body, ...sending }),
    verifyItself: (secret, sending) =>
      send('POST', '/v1/verify', { as: bearer(secret), body: { key: secret }, ...sending }),
    answers: () => texts,
  };
}

function expectStatus({ status, text }: Answer<unknown>, expected: number): void {
  if (status !== expected) throw new Error(`${status} instead of ${expected}: ${text}`);
}
