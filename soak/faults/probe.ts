import { createHttp } from '../clients/http.js';
import type { World } from '../world.js';

/**
 * Makes a key through one of the processes: a new one each time, for a process that has just started would have to read
 * all that ever happened to an old one.
 * @returns `done`, or why not: the code, where there is one
 */
export async function writeOnce({ teams, fronts }: World, at: number, notes?: string): Promise<string> {
  const [team] = teams;
  const http = createHttp(fronts[at]?.port ?? 0);
  const body = { name: 'probe', ...(notes !== undefined && { notes }) };
  const outcome = await http.send({ method: 'POST', path: '/v1/keys', headers: team?.bearer ?? {}, body });
  http.close();
  if (outcome.kind === 'done') return 'done';
  if (outcome.kind === 'unknown') return outcome.why;
  return outcome.kind === 'wrong' ? outcome.words : outcome.code;
}

const probeMilliseconds = 100;

/** Whether writing goes on, and if not, what the last tries were answered. */
export interface Comeback {
  readonly isBack: boolean;
  /** The newest last. */
  readonly lastAnswers: readonly string[];
}

const answersCount = 5;

/**
 * Resolves as soon as a write through one of the processes succeeds, or when none does in time. A try may hang as
 * long as something is away, so others do not wait for it.
 */
export function writable(world: World, at: number, timeoutMilliseconds: number): Promise<Comeback> {
  const { promise, resolve } = Promise.withResolvers<Comeback>();
  const answers: string[] = [];
  const end = (isBack: boolean) => resolve({ isBack, lastAnswers: answers.slice(-answersCount) });
  const tryOnce = () =>
    void writeOnce(world, at).then((code) => {
      answers.push(code);
      if (code === 'done') end(true);
    });
  const timer = setInterval(tryOnce, probeMilliseconds);
  const patience = setTimeout(end, timeoutMilliseconds, false);
  tryOnce();
  return promise.finally(() => {
    clearInterval(timer);
    clearTimeout(patience);
  });
}
