import { readFileSync } from 'node:fs';
import { startTestService, type TestService } from '../support/service.js';

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name?: string; readonly $ref?: string }[];
  readonly responses: Record<string, object>;
}

let service: TestService;
let served: Document;

beforeAll(async () => {
  service = await startTestService();
  served = (await service.send<Document>('GET', '/openapi.json')).body;
});

afterAll(() => service.stop());

/** Names of the parameters, those of all operations by their short names. */
const parametersOf = ({ parameters }: Operation) =>
  parameters.map(({ name, $ref }) => name ?? $ref?.split('/').at(-1));

describe('/openapi.json', () => {
  it('is the file openapi.json, which npm run openapi writes', () => {
    const committed = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
    expect(served).toEqual(JSON.parse(committed));
  });

  it('is of OpenAPI 3.1, and says null as 3.1 does', () => {
    expect(served.openapi).toMatch(/^3\.1\./);
    expect(JSON.stringify(served)).not.toContain('"nullable"');
  });

  it('names each operation once', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells of the headers that every operation of its kind takes', () => {
    const { '/v1/keys': keys, '/v1/keys/{keyId}/revoke': revoke, '/v1/sign-in': signIn } = served.paths;
    expect(parametersOf(keys?.get as Operation)).toContain('MinPosition');
    expect(parametersOf(keys?.post as Operation)).toContain('IdempotencyKey');
    expect(parametersOf(revoke?.post as Operation)).toEqual(
      expect.arrayContaining(['If-Match', 'IdempotencyKey']),
    );
    expect(parametersOf(signIn?.post as Operation)).toEqual([]);
  });

  it('offers a secret as text too', () => {
    const { content } = served.paths['/v1/keys']?.post?.responses['201'] as { content: object };
    expect(Object.keys(content)).toEqual(['application/json', 'text/plain']);
  });

  it('tells of problem documents wherever something can go wrong', () => {
    for (const { responses, security } of operations()) {
      const expected = ['400', '500', '503', ...(security.length > 0 ? ['401', '403', '404'] : [])];
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(expected));
    }
  });
});

function operations(): Operation[] {
  return Object.values(served.paths).flatMap((methods) => Object.values(methods));
}
