import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

// Argon2id with 19 MiB, two passes and one lane: the first choice of the OWASP password storage cheat
// sheet. Node does it natively, on a thread of its pool.
const memoryKib = 19_456;
const passes = 2;
const saltBytes = 16;
const digestBytes = 32;

/** The password as a PHC string, `$argon2id$v=19$m=…,t=…,p=1$salt$digest`, which names its own costs. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const digest = await digestOf(password, { salt, memoryKib, passes });
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${unpadded(salt)}$${unpadded(digest)}`;
}

const form = /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=1\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{43})$/;

/**
 * Whether the password is the one that was hashed, at the costs of then.
 * @throws Error when `hash` is not one of ours: the table has been damaged
 */
export async function verifyPassword({
  hash,
  password,
}: {
  hash: string;
  password: string;
}): Promise<boolean> {
  const [, memory, times, salt, digest] = form.exec(hash) ?? [];
  if (salt === undefined || digest === undefined) throw new Error('A stored password hash is malformed.');
  const costs = { salt: Buffer.from(salt, 'base64'), memoryKib: Number(memory), passes: Number(times) };
  return timingSafeEqual(await digestOf(password, costs), Buffer.from(digest, 'base64'));
}

interface Costs {
  readonly salt: Buffer;
  readonly memoryKib: number;
  readonly passes: number;
}

function digestOf(password: string, { salt, memoryKib, passes }: Costs): Promise<Buffer> {
  // Keyboards compose characters differently; NIST SP 800-63B asks for one form before hashing.
  const message = password.normalize('NFKC');
  return derive('argon2id', {
    message,
    nonce: salt,
    memory: memoryKib,
    passes,
    parallelism: 1,
    tagLength: digestBytes,
  });
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
