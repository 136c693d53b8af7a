import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';

type Operations = OpenAPIObject['paths'][string];
type Operation = NonNullable<Operations['get']>;
type Response = NonNullable<Operation['responses'][string]>;
type Schema = Exclude<
  NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string],
  { $ref: string }
>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
type Method = (typeof methods)[number];

const text = { type: 'string' as const };

/** Headers that many operations take. */
const parameters = {
  MinPosition: {
    name: 'Compass-Min-Position',
    in: 'header' as const,
    description: 'The `Compass-Position` of a write: the answer shows at least what was written up to there.',
    schema: text,
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header' as const,
    description:
      'Names this request for 24 hours: a repeat is answered as the first time, for ten minutes with the secret.',
    schema: { ...text, minLength: 1, maxLength: 255 },
  },
  Team: {
    name: 'Compass-Team',
    in: 'header' as const,
    description: 'Id of the team a session acts in, for people with several.',
    schema: text,
  },
};

/** Headers that many answers carry. */
const headers = {
  Position: {
    description: 'Where the log stands after this write, for `Compass-Min-Position`.',
    schema: text,
  },
  ETag: {
    description: 'The revision of what the answer shows, for `If-Match`.',
    schema: { ...text, example: '"7"' },
  },
};

const problemSchema: Schema = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { ...text, format: 'uri', description: 'Names the code.' },
    title: { ...text, description: 'The reason phrase of the status.' },
    status: { type: 'integer' },
    detail: { ...text, description: 'A sentence for the person who reads it.' },
    code: { ...text, description: '`noun.what_is_wrong`, for programs; never renamed.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: {
          pointer: {
            ...text,
            description: 'JSON pointer to the field, or `/<name>` of a parameter or header.',
          },
          message: text,
        },
      },
    },
    requestId: { ...text, description: 'As in `X-Request-Id`.' },
  },
};

/** What is refused in the same way everywhere, by status; the codes stand in the problem documents. */
const refusals: readonly (readonly [status: number, description: string, applies: Applies])[] = [
  [400, 'Something in the request is not as it must be.', () => true],
  [401, 'No credential, or a wrong one.', ({ isGuarded, method }) => isGuarded || method === 'post'],
  [403, 'You may see this, but not do this.', ({ isGuarded, method }) => isGuarded || method === 'post'],
  [404, 'It does not exist for you.', ({ isGuarded }) => isGuarded],
  [409, 'Its state forbids it.', ({ isWrite }) => isWrite],
  [412, 'It is not at the revision of `If-Match`.', ({ takesIfMatch }) => takesIfMatch],
  [413, 'The body is too large.', ({ hasBody }) => hasBody],
  [415, 'The body is not JSON.', ({ hasBody }) => hasBody],
  [422, 'The `Idempotency-Key` was sent with another request.', ({ isRepeatable }) => isRepeatable],
  [
    429,
    'Too many tries; `Retry-After` says how long to wait.',
    ({ isGuarded, isWrite }) => isWrite && !isGuarded,
  ],
  [500, 'The service failed.', () => true],
  [503, 'Something the service needs is away.', () => true],
];

interface Traits {
  readonly method: Method;
  readonly isGuarded: boolean;
  /** Changes something; asking for a verdict or an estimate does not. */
  readonly isWrite: boolean;
  readonly isRepeatable: boolean;
  readonly takesIfMatch: boolean;
  readonly hasBody: boolean;
}

type Applies = (traits: Traits) => boolean;

/**
 * Adds to a document what holds for every operation, so that no controller repeats it: the headers of the
 * contract, problem documents, secrets as text. What Nest writes as OpenAPI 3.0 becomes 3.1.
 */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const completed = methods.flatMap((method) => {
      const operation = operations[method];
      return operation ? [[method, completeOperation(path, method, operation, schemas)] as const] : [];
    });
    return [path, Object.fromEntries(completed)] as const;
  });
  const components = {
    ...document.components,
    schemas: { ...schemas, Problem: problemSchema },
    parameters,
    headers,
    responses: problemResponses(),
  };
  return withoutNullable({ ...document, paths: Object.fromEntries(paths), components });
}

/** What is asked with a body, and changes nothing. */
const isQuestion = /^\/v1\/verify|\/(estimate|decision)$/;

function completeOperation(
  path: string,
  method: Method,
  operation: Operation,
  schemas: Record<string, unknown>,
): Operation {
  const { security = [], parameters: own = [], requestBody, responses } = operation;
  const isGuarded = security.length > 0;
  const isWrite = method !== 'get' && !isQuestion.test(path);
  const traits: Traits = {
    method,
    isGuarded,
    isWrite,
    isRepeatable: isGuarded && isWrite && method === 'post',
    takesIfMatch: own.some((parameter) => 'name' in parameter && parameter.name === 'If-Match'),
    hasBody: requestBody !== undefined,
  };
  const problems = refusals.flatMap(([status, , applies]) =>
    applies(traits) && !(status in responses)
      ? [[status, { $ref: `#/components/responses/${nameOf(status)}` }] as const]
      : [],
  );
  const answers = Object.entries(responses).map(
    ([status, response]) => [status, completeAnswer(response, path, traits, schemas)] as const,
  );
  return {
    ...operation,
    security,
    parameters: [...own, ...commonParameters(traits, security)],
    responses: Object.fromEntries([...answers, ...problems]),
  };
}

function commonParameters(
  { method, isGuarded, isRepeatable }: Traits,
  security: NonNullable<Operation['security']>,
): { $ref: string }[] {
  const names = [
    ...(isGuarded && method === 'get' ? ['MinPosition'] : []),
    ...(isRepeatable ? ['IdempotencyKey'] : []),
    ...(security.some((scheme) => 'cookie' in scheme) ? ['Team'] : []),
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function completeAnswer(
  response: Operation['responses'][string],
  path: string,
  { method, isGuarded, isWrite }: Traits,
  schemas: Record<string, unknown>,
): Operation['responses'][string] {
  if (response === undefined || '$ref' in response || !isGuarded) return response;
  const showsOne = method === 'get' && path.endsWith('}');
  const added = {
    ...((isWrite || showsOne) && method !== 'delete' && { ETag: { $ref: '#/components/headers/ETag' } }),
    ...(isWrite && { 'Compass-Position': { $ref: '#/components/headers/Position' } }),
  };
  const json = response.content?.['application/json']?.schema;
  const schema = json && '$ref' in json ? schemas[json.$ref.split('/').at(-1) ?? ''] : json;
  const showsSecret = hasProperty(schema, 'secret');
  return {
    ...response,
    description: response.description || 'As asked for.',
    ...(Object.keys(added).length > 0 && { headers: { ...added, ...response.headers } }),
    ...(showsSecret && {
      content: {
        ...response.content,
        'text/plain': { schema: { ...text, description: 'The secret alone.' } },
      },
    }),
  };
}

function hasProperty(schema: unknown, name: string): boolean {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return false;
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null && name in properties;
}

function problemResponses(): Record<string, Response> {
  const schema = { $ref: '#/components/schemas/Problem' };
  const content = { 'application/problem+json': { schema } };
  return Object.fromEntries(
    refusals.map(([status, description]) => [nameOf(status), { description, content }]),
  );
}

/** Such as `NotFound`. */
function nameOf(status: number): string {
  return (STATUS_CODES[status] ?? '').replaceAll(' ', '');
}

/** `nullable` of OpenAPI 3.0 means nothing in 3.1, where null is one of the types. */
function withoutNullable<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNullable) as T;
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutNullable(item)]),
  ) as Record<string, unknown>;
  if (nullable !== true) return rest as T;
  return {
    ...rest,
    ...('type' in rest && { type: [rest.type, 'null'] }),
    ...(Array.isArray(rest.enum) && { enum: [...(rest.enum as unknown[]), null] }),
  } as T;
}
