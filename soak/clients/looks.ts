import type { Chance } from '../chance.js';
import type { Tally } from '../promises.js';
import { type HeldKey, isGood, secretsOf } from './held-keys.js';
import type { Answer, Http, Outcome } from './http.js';

/** What a client that looks at something has at hand. */
interface Looking {
  readonly chance: Chance;
  readonly tally: Tally;
  readonly http: Http | undefined;
  /** Index of the process that is asked. */
  readonly at: number;
  readonly live: readonly HeldKey[];
  readonly ended: readonly HeldKey[];
  headersOf(as: 'session' | 'bearer', at: number): Readonly<Record<string, string>> | undefined;
  isAllowed(secret: string, at: number): Promise<boolean | undefined>;
}

/** Asks one question, and compares the answer with what the client knows. */
export async function look(looking: Looking): Promise<void> {
  const { chance, live, ended } = looking;
  const key = chance.pick([...live, ...ended]);
  const draw = chance.below(10);
  if (draw < 5) return verify(looking, key);
  if (draw === 5) return verifyBatch(looking);
  if (draw === 6) return list(looking);
  if (draw === 7) return history(looking, key);
  return read(looking, key);
}

async function verify({ chance, tally, at, isAllowed }: Looking, key: HeldKey): Promise<void> {
  if (key.knownBy !== at) return;
  const dead = key.deadSecrets.at(-1);
  if (dead !== undefined && (await isAllowed(dead, at)) === true) {
    tally.check('revoked', false, () => 'a secret that was replaced without a grace is VALID');
  }
  const allowed = await isAllowed(chance.pick(secretsOf(key)), at);
  if (allowed === undefined) return;
  if (isGood(key)) tally.check('verdicts', allowed, () => `${key.id} is refused, and nothing had ended it`);
  else tally.check('revoked', !allowed, () => `${key.id} is VALID after its end`);
}

async function verifyBatch(looking: Looking): Promise<void> {
  const keys = looking.live.filter(({ knownBy }) => knownBy === looking.at);
  if (keys.length === 0) return;
  const body = { requests: keys.map(({ secret }) => ({ key: secret })) };
  const answer = await ask(looking, 'bearer', 'POST', '/v1/verify/batch', body);
  const verdicts = answer?.body.verdicts as readonly { readonly allowed: boolean }[] | undefined;
  for (const [index, { allowed }] of (verdicts ?? []).entries()) {
    const key = keys[index];
    if (!key) continue;
    const name = isGood(key) ? 'verdicts' : 'revoked';
    looking.tally.check(name, allowed === isGood(key), () => `${key.id} in a batch: allowed ${allowed}`);
  }
}

async function list(looking: Looking): Promise<void> {
  const query = looking.chance.pick(['limit=50', 'limit=20&sort=name', 'limit=20&status=ACTIVE']);
  await ask(looking, looking.chance.pick(['session', 'bearer']), 'GET', `/v1/keys?${query}`);
}

async function history(looking: Looking, key: HeldKey): Promise<void> {
  const answer = await ask(looking, 'session', 'GET', `/v1/keys/${key.id}/history`);
  if (!answer) return;
  const [first] = answer.body.items as readonly { readonly type: string }[];
  looking.tally.check(
    'kept',
    first?.type === 'KeyCreated',
    () => `the history of ${key.id} has no beginning`,
  );
}

async function read(looking: Looking, key: HeldKey): Promise<void> {
  if (key.isDeleted) return;
  const answer = await ask(looking, 'bearer', 'GET', `/v1/keys/${key.id}`);
  if (!answer) return;
  const { revision } = answer.body.key as { readonly revision: number };
  const isKept = revision === key.revision;
  looking.tally.check('kept', isKept, () => `${key.id} is at revision ${revision}, not ${key.revision}`);
}

/** The answer of what must succeed unless something is away. */
async function ask(
  { tally, http, headersOf, at }: Looking,
  as: 'session' | 'bearer',
  method: string,
  path: string,
  body?: object,
): Promise<Answer | undefined> {
  const outcome: Outcome | undefined = await http?.send({
    method,
    path,
    body,
    headers: headersOf(as, at) ?? {},
  });
  if (!outcome) return undefined;
  const isAway = outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.status === 503);
  const isExpected = outcome.kind === 'done' || isAway;
  tally.check('answers', isExpected, () => `${method} ${path}: ${JSON.stringify(outcome).slice(0, 400)}`);
  return outcome.kind === 'done' ? outcome.answer : undefined;
}
