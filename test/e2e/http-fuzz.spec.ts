import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { formatSecret } from '../../src/domain/access/secret.js';
import { createHttpClient, type HttpClient } from '../support/http-client.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectDocument } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** Whatever arrives, the service answers, never with a fault of its own. A seed that fails is printed. */

const runs = 600;
const documentedRuns = 2_000;
/** Of the slowest machine; the runs take a tenth of it on a quiet one. */
const slowMilliseconds = 120_000;

let service: TestService;
let owner: Owner;
let gateway: NewKey;
/** Not that of the service: what it sends is known, and may be sent back. */
let client: HttpClient;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  gateway = await service.createKey(owner, { scopes: ['verify', 'keys'], role: 'admin' });
  client = createHttpClient(service.url);
});

afterAll(async () => {
  client.close();
  await service.stop();
});

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
/** What a client can put into a header, and into an address. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((c) => c < 0x7f || c > 0x9f)
    .map((c) => String.fromCharCode(c)),
  maxLength: 80,
});
const addressText = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
  maxLength: 60,
});

const keyText = fc.oneof(
  anyText,
  fc.constantFrom('cks_', `cks_${'0'.repeat(49)}`),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((random) => formatSecret('cks', random)),
);

const id = fc.oneof(
  fc.uuid(),
  fc.uuid({ version: 7 }),
  addressText.map(encodeURIComponent),
  addressText,
  fc.constantFrom('%00', '..', '%2e%2e', '%2F'),
);
const path = fc.oneof(
  fc.constantFrom(
    '/v1/me',
    '/v1/whoami',
    '/v1/projects',
    '/v1/keys',
    '/v1/audit/events',
    '/v1/verify',
    '/v1/verify/batch',
    '/v1/sign-up',
    '/v1/sign-in',
    '/v1/sign-out',
    '/livez',
    '/docs',
  ),
  fc
    .tuple(id, fc.constantFrom('', '/revoke', '/history', '/'))
    .map(([key, rest]) => `/v1/keys/${key}${rest}`),
  addressText.map((text) => `/${text}`),
);
const parameter = fc.tuple(
  fc.constantFrom(
    'limit',
    'cursor',
    'status',
    'projectId',
    'keyId',
    'actorId',
    'type',
    'from',
    'to',
    '__proto__',
    'a[b]',
  ),
  fc.oneof(
    addressText.map(encodeURIComponent),
    addressText,
    fc.constantFrom('1', '-1', '1e5', 'ACTIVE', '%00', '%zz', '2026-01-01T00:00:00Z', '%F0%9F'),
  ),
);
const query = fc
  .array(parameter, { maxLength: 3 })
  .map((all) => all.map(([name, value]) => `${name}=${value}`).join('&'));

const fields = fc.dictionary(
  fc.constantFrom(
    'name',
    'description',
    'scopes',
    'role',
    'type',
    'projectId',
    'expiresAt',
    'expiresInDays',
    'notes',
    'reason',
    'comment',
    'key',
    'project',
    'permission',
    'permissions',
    'scope',
    'requests',
    'email',
    'password',
    'teamName',
    '__proto__',
    'constructor',
    '',
  ),
  fc.oneof(
    keyText,
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('project', 'admin', 'service_account', '2100-01-01T00:00:00Z', -0, 1e308, 40_000),
  ),
  { maxKeys: 5 },
);
const body = fc.oneof(
  { weight: 4, arbitrary: fields.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fields.map((value) => JSON.stringify({ requests: [value, value] })) },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const bodyType = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  headerText.filter((text) => text.trim() !== ''),
);

const headerName = fc.constantFrom(
  'compass-team',
  'x-request-id',
  'user-agent',
  'traceparent',
  'accept',
  'origin',
  'cookie',
  'x-forwarded-for',
  'if-match',
  'expect-nothing',
);
const headers = fc.dictionary(headerName, headerText, { maxKeys: 3 });

const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'DELETE', 'HEAD', 'PUT'),
  path,
  query,
  body,
  bodyType,
  headers,
  as: fc.oneof(
    fc.constantFrom('owner', 'gateway', 'nobody'),
    keyText.map((key) => `Bearer ${encodeURI(key.toWellFormed())}`),
    headerText,
  ),
});

/** One call that there is, with fields that there are, and values that may fit or not. */
const documented = fc.record({
  operation: fc.nat(),
  id: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('key', 'free', 'resource', 'profile') }, id),
  fields: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
  parameters: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
  odd: fc.oneof(keyText, fc.jsonValue({ maxDepth: 3 })),
  headers: fc.dictionary(
    fc.constantFrom(
      'if-match',
      'idempotency-key',
      'compass-min-position',
      'accept',
      'origin',
      'compass-team',
    ),
    fc.oneof(headerText),
    { maxKeys: 2 },
  ),
  as: fc.constantFrom('owner', 'owner', 'manager', 'gateway'),
});

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly string[];
  readonly parameters: readonly string[];
}

interface Document {
  readonly paths: Record<string, Record<string, DocumentedOperation>>;
  readonly components: { readonly schemas: Record<string, { readonly properties?: object }> };
}

interface DocumentedOperation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: { readonly $ref?: string } }>;
  };
}

async function operationsOf(): Promise<Operation[]> {
  const { body } = await service.send<Document>('GET', '/openapi.json');
  const fieldsOf = ({ requestBody }: DocumentedOperation) => {
    const name = requestBody?.content['application/json']?.schema.$ref?.split('/').at(-1) ?? '';
    return Object.keys(body.components.schemas[name]?.properties ?? {});
  };
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      fields: fieldsOf(operation),
      parameters: (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );
}

/** Values that fit some field somewhere. */
const fitting = (own: readonly string[]): readonly unknown[] => [
  ...own,
  [],
  own,
  ['inference'],
  ['10.0.0.0/8', '::1'],
  ['https://app.example.com'],
  ['ci'],
  'name',
  'admin',
  'INACTIVE',
  'ACTIVE',
  'active',
  'personal_token',
  'TPM',
  '2100-01-01T00:00:00Z',
  '-createdAt',
  'true',
  true,
  null,
  0,
  30,
  2_592_001,
  {},
  { tone: 'kind' },
];

/** Endings of sessions and keys would leave nobody to ask; they are tried elsewhere. */
const kept = new Set(['/v1/sign-out', '/v1/self/revoke', '/v1/sign-up', '/v1/sign-in']);

test(
  `${documentedRuns} requests like those of the document are answered likewise`,
  async () => {
    const { key } = await service.createKey(owner, { name: 'Fuzzed' });
    const manager = await service.createKey(owner, { scopes: ['keys', 'project'], role: 'admin' });
    const create = async <Body>(path: string, body: object) =>
      (await service.send<Body>('POST', path, { as: owner, body })).body;
    const { resource } = await create<{ resource: { id: string } }>('/v1/resources', {
      name: 'fuzzed',
      model: 'm',
      resourceType: 'TPM',
    });
    const { biasProfile } = await create<{ biasProfile: { id: string } }>('/v1/bias-profiles', {
      name: 'fuzzed',
      settings: {},
    });
    const ids: Record<string, string> = {
      key: key.id,
      free: owner.freeKey.key.id,
      resource: resource.id,
      profile: biasProfile.id,
    };
    const callers: Record<string, Readonly<Record<string, string>>> = {
      owner: owner.headers,
      manager: { authorization: `Bearer ${manager.secret}` },
      gateway: { authorization: `Bearer ${gateway.secret}` },
    };
    const operations = (await operationsOf()).filter(({ path: one }) => !kept.has(one));
    const values = fitting(Object.values(ids));
    const pick = <T>(from: readonly T[], n: number) => from[n % from.length];
    const seen = new Set<Operation>();
    await fc.assert(
      fc.asyncProperty(documented, async (given) => {
        const operation = pick(operations, given.operation);
        if (!operation) throw new Error('The document has no operations.');
        const { method, path: template, fields: names, parameters } = operation;
        const address = template.replaceAll(/\{\w+\}/g, () => ids[given.id] ?? given.id);
        const search = given.parameters
          .filter(() => parameters.length > 0)
          .map(
            ([name, value]) => `${pick(parameters, name)}=${encodeURIComponent(String(pick(values, value)))}`,
          )
          .join('&');
        const valueOf = (n: number) => (n % 5 === 0 ? given.odd : pick(values, n));
        const fieldsGiven = Object.fromEntries(
          given.fields.map(([name, value]) => [pick([...names, 'other'], name), valueOf(value)]),
        );
        const answer = await client.send(method, search ? `${address}?${search}` : address, {
          ...(method !== 'GET' && { body: fieldsGiven }),
          headers: { ...given.headers, ...callers[given.as] },
        });
        seen.add(operation);
        expect(answer.status).toBeLessThan(500);
        if (answer.status >= 400) expectDocument(answer);
        if (answer.status === 400 && answer.body.code === 'request.invalid') {
          expect(answer.body.errors?.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: documentedRuns, seed: seed(), interruptAfterTimeLimit: 100_000 },
    );
    expect(seen.size).toBe(operations.length);
    expect((await service.send('GET', '/readyz')).status).toBe(200);
    expect(service.log()).not.toMatch(/"level":"(error|fatal)"/);
  },
  slowMilliseconds,
);

test(
  `${runs} requests of any kind are answered, refusals with a problem document`,
  async () => {
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const callers: Record<string, Record<string, string>> = {
          owner: { ...owner.headers },
          gateway: { authorization: `Bearer ${gateway.secret}` },
          nobody: {},
        };
        const answer = await client.send(
          given.method,
          given.query ? `${given.path}?${given.query}` : given.path,
          {
            ...(given.method !== 'HEAD' && given.body !== undefined && { raw: given.body }),
            headers: {
              ...(given.body !== undefined && { 'content-type': given.bodyType }),
              ...given.headers,
              ...(callers[given.as] ?? { authorization: given.as }),
            },
          },
        );
        expect(answer.status).toBeLessThan(500);
        expect(answer.headers['x-request-id']).toBeDefined();
        if (answer.status >= 400 && given.method !== 'HEAD') expectDocument(answer);
      }),
      { numRuns: runs, seed: seed(), interruptAfterTimeLimit: 100_000 },
    );
    expect((await service.send('GET', '/readyz')).status).toBe(200);
    expect(service.log()).not.toMatch(/"level":"(error|fatal)"/);
  },
  slowMilliseconds,
);

/** Another one in every run; give it as COMPASS_TEST_SEED to repeat a run. */
function seed(): number {
  const given = process.env.COMPASS_TEST_SEED;
  return given === undefined ? randomBytes(4).readInt32BE() : Number(given);
}
