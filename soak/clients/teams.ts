import { randomBytes } from 'node:crypto';
import { type Answer, type Asked, createHttp, type Http } from './http.js';

/** A team as its owner and a key of it see it. */
export interface Team {
  readonly teamId: string;
  /** Headers of the owner's session; `origin` is that of the process asked. */
  readonly session: (port: number) => Readonly<Record<string, string>>;
  /** Headers of a key that may make, change and verify keys. */
  readonly bearer: Readonly<Record<string, string>>;
  readonly resourceIds: readonly string[];
}

/** Signs up somebody new and makes what the clients of the team work with. @throws Error when it does not work */
export async function foundTeam(port: number): Promise<Team> {
  const http = createHttp(port);
  try {
    return await found(http, port);
  } finally {
    http.close();
  }
}

async function found(http: Http, port: number): Promise<Team> {
  const mark = randomBytes(6).toString('hex');
  const person = { email: `soak-${mark}@example.com`, password: `password-${mark}`, name: 'Soak' };
  const signedUp = await mustDo(http, { method: 'POST', path: '/v1/sign-up', headers: {}, body: person });
  const cookie = (signedUp.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
  const session = (at: number) => ({ cookie, origin: `http://127.0.0.1:${at}` });
  const make = (path: string, body: object) =>
    mustDo(http, { method: 'POST', path, headers: session(port), body });

  const scopes = ['project', 'inference', 'keys', 'verify'];
  const gateway = await make('/v1/keys', { name: 'gateway', role: 'admin', scopes });
  const resourceIds: string[] = [];
  for (const [number, resourceType] of ['TPM', 'PYG', 'TPM', 'PYG'].entries()) {
    const body = { name: `Resource ${number}`, model: `model-${number}`, resourceType };
    resourceIds.push(idIn((await make('/v1/resources', body)).body, 'resource'));
  }
  return {
    teamId: idIn(signedUp.body, 'team'),
    session,
    bearer: { authorization: `Bearer ${String(gateway.body.secret)}` },
    resourceIds,
  };
}

async function mustDo(http: Http, asked: Asked): Promise<Answer> {
  const outcome = await http.send(asked);
  if (outcome.kind === 'done') return outcome.answer;
  throw new Error(`${asked.method} ${asked.path}: ${JSON.stringify(outcome)}`);
}

/** The id of what stands under a name in an answer. */
export function idIn(body: Answer['body'], name: string): string {
  const part = body[name];
  const id = typeof part === 'object' && part !== null && 'id' in part ? part.id : undefined;
  if (typeof id !== 'string') throw new Error(`The answer has no id of the ${name}.`);
  return id;
}
