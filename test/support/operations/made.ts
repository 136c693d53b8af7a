import type { World } from './world.js';

/** What the owner makes with a POST. @throws Error with the answer when it is not 201 */
export async function expectMade<Body>(
  { service, owner }: World,
  path: string,
  body?: object,
): Promise<Body> {
  const answer = await service.send<Body>('POST', path, { as: owner, body });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}
