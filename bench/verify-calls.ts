import type { Calls } from './load.js';
import type { Population } from './population.js';

type Asked = Pick<Population, 'gateway' | 'keys'>;

/** Whether a key may train models, of any key of the population. */
export function verifyCalls({ gateway, keys }: Asked): Calls {
  return {
    method: 'POST',
    paths: ['/v1/verify'],
    bodies: keys.map(({ secret }) => JSON.stringify(questionOf(secret))),
    secret: gateway,
    status: 200,
    text: '"allowed":true',
  };
}

/** The same, many keys a call. */
export function verifyBatchCalls({ gateway, keys }: Asked, keysPerCall: number): Calls {
  const bodies: string[] = [];
  for (let start = 0; start + keysPerCall <= keys.length; start += keysPerCall) {
    const some = keys.slice(start, start + keysPerCall);
    bodies.push(JSON.stringify({ requests: some.map(({ secret }) => questionOf(secret)) }));
  }
  return {
    method: 'POST',
    paths: ['/v1/verify/batch'],
    bodies,
    secret: gateway,
    status: 200,
    text: '"allowed":true',
  };
}

function questionOf(secret: string) {
  return { key: secret, permission: 'models:train' };
}
