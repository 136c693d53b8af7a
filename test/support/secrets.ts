import { isWellFormedSecret } from '../../src/domain/access/secret.js';

/**
 * What must not be found where it does not belong: `secret` (of a key) and `password` nowhere at all,
 * `session` (a token) nowhere but in the table of sessions, `personal` not in clear text in the log.
 */
export type Kind = 'secret' | 'password' | 'session' | 'personal';

/** Remembers what the tests of a file made, so that the hunt at its end knows what to look for. */
export interface Secrets {
  remember(kind: Kind, text: string): void;
  of(...kinds: readonly Kind[]): readonly string[];
}

export function createSecrets(): Secrets {
  const remembered = new Map<string, Kind>();
  return {
    remember: (kind, text) => void remembered.set(text, kind),
    of: (...kinds) => [...remembered].filter(([, kind]) => kinds.includes(kind)).map(([text]) => text),
  };
}

/** Every secret of ours in a text, made by the test or not: its form and checksum tell. */
export function secretsIn(text: string): string[] {
  const found = [...text.matchAll(/(?=(ck[spita]_[0-9A-Za-z]{49}))/g)].map(([, secret = '']) => secret);
  return found.filter(isWellFormedSecret);
}

/** Those of the texts that a long text contains: one pass for any number of secrets, whose bodies are base 62. */
export function findIn(text: string, wanted: readonly string[]): string[] {
  const isSecret = (one: string) => isWellFormedSecret(one);
  const bodies = new Map(wanted.filter(isSecret).map((secret) => [bodyOf(secret), secret]));
  const found = wanted.filter((one) => !isSecret(one) && text.includes(one));
  if (bodies.size === 0) return found;
  for (const [run] of text.matchAll(new RegExp(`[0-9A-Za-z]{${bodyLength},}`, 'g'))) {
    for (let from = 0; from + bodyLength <= run.length; from++) {
      const secret = bodies.get(run.slice(from, from + bodyLength));
      if (secret !== undefined) found.push(secret);
    }
  }
  return found;
}

const bodyLength = 43;

/** Without prefix and checksum: what gives a secret away also when it is cut out. */
function bodyOf(secret: string): string {
  return secret.slice(4, 4 + bodyLength);
}
