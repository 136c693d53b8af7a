import { createHttp } from '../clients/http.js';
import type { World } from '../world.js';

/** Changes the probe through one of the processes. @returns `done`, or the code of the refusal */
export async function writeOnce({ teams, fronts }: World, at: number, notes?: string): Promise<string> {
  const [team] = teams;
  const http = createHttp(fronts[at]?.port ?? 0);
  const body = { name: `probe ${performance.now()}`, ...(notes !== undefined && { notes }) };
  const path = `/v1/keys/${team?.probeId ?? ''}`;
  const outcome = await http.send({ method: 'PATCH', path, headers: team?.bearer ?? {}, body });
  http.close();
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}

const probeMilliseconds = 100;

/**
 * Resolves as soon as a write through one of the processes succeeds. A try may hang as long as something is away,
 * so others do not wait for it.
 * @returns false when none does in time
 */
export function writable(world: World, at: number, timeoutMilliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const tryOnce = () => void writeOnce(world, at).then((code) => code === 'done' && resolve(true));
  const timer = setInterval(tryOnce, probeMilliseconds);
  const end = setTimeout(resolve, timeoutMilliseconds, false);
  tryOnce();
  return promise.finally(() => {
    clearInterval(timer);
    clearTimeout(end);
  });
}
