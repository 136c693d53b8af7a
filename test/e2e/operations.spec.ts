import { type Answer, bearer, type Caller, nobody } from '../support/http-client.js';
import { type Foreign, foreignIds, ofNoTeam } from '../support/operations/foreign.js';
import { operations } from '../support/operations/index.js';
import { nowhere, type Request } from '../support/operations/row.js';
import { askers, createWorld, type World } from '../support/operations/world.js';
import { issueOperator } from '../support/operator.js';
import { expectDocument, expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** What holds for every operation of the document, one by one. */

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface DocumentedOperation {
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly in?: string; readonly name: string }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

let service: TestService;
let world: World;
let document: Document;

beforeAll(async () => {
  service = await startTestService();
  world = await createWorld(service);
  document = (await service.send<Document>('GET', '/openapi.json')).body;
});

afterAll(() => service.stop());

const all = Object.entries(operations);
const written = all.filter(([name]) => !name.startsWith('GET '));
const guarded = all.filter(([, { statuses }]) => statuses);
const aboutOne = guarded.filter(([name, { isOfAll }]) => name.includes('{') && !isOfAll);

const methodOf = (name: string) => name.split(' ')[0] ?? '';
const templateOf = (name: string) => name.split(' ')[1] ?? '';

function documented(name: string): DocumentedOperation | undefined {
  return document.paths[templateOf(name)]?.[methodOf(name).toLowerCase()];
}

function resolved(schema: Schema | undefined): Schema | undefined {
  return schema?.$ref === undefined
    ? schema
    : document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
}

/** Whether the operation takes a body, and the fields it may have. */
function fieldsOf(name: string): Readonly<Record<string, Schema>> | undefined {
  const schema = resolved(documented(name)?.requestBody?.content['application/json'].schema);
  return schema && (schema.properties ?? {});
}

function send(name: string, { path, body }: Request, as: Caller) {
  return service.send(methodOf(name), path, { as, body });
}

/** The body as bytes, of whatever type. */
function sendRaw(name: string, { path }: Request, raw: string, type = 'application/json') {
  const as = operations[name]?.statuses ? world.owner : nobody;
  return service.send(methodOf(name), path, { as, raw, headers: { 'content-type': type } });
}

test('each operation of the document has a row, and each row an operation', () => {
  const names = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(Object.keys(operations).sort()).toEqual(names.sort());
});

test('the document says of each who needs a credential', () => {
  const open = all.filter(([name]) => documented(name)?.security.length === 0).map(([name]) => name);
  expect(open).toEqual(all.filter(([, { statuses }]) => !statuses).map(([name]) => name));
});

describe('a credential', () => {
  it.each(guarded)('of some kind is needed for %s', async (name, row) => {
    const answer = await send(name, await row.request(world), nobody);
    expectProblem(answer, 401, 'credential.missing');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(guarded)('that is wrong does not do for %s', async (name, row) => {
    const request = await row.request(world);
    // The second is well-formed by its checksum, and unknown.
    for (const secret of ['garbage', `cks_${'0'.repeat(49)}`]) {
      expectProblem(await send(name, request, bearer(secret)), 401, 'credential.wrong');
    }
  });
});

describe('who may', () => {
  it.each(guarded)('%s', async (name, row) => {
    const got: number[] = [];
    for (const asker of askers) {
      const answer = await send(name, await row.request(world), await world.as(asker));
      if (answer.status >= 400) expectDocument(answer);
      if (answer.status === 403) expectProblem(answer, 403, 'right.missing');
      got.push(answer.status);
    }
    const { statuses = [], operator = name.startsWith('GET ') ? 200 : 403 } = row;
    const expected = [...statuses, operator];
    expect(Object.fromEntries(askers.map((asker, at) => [asker, got[at]]))).toEqual(
      Object.fromEntries(askers.map((asker, at) => [asker, expected[at]])),
    );
  });
});

/** What is told, but for the id of the request. */
function withoutRequest(answer: Answer<unknown>): object {
  if (answer.status < 400) return answer.body as object;
  const { requestId: _, ...problem } = expectDocument(answer);
  return problem;
}

describe('for another team, the answer is that of what does not exist', () => {
  let strangers: Readonly<Record<string, Caller>>;

  beforeAll(async () => {
    const { stranger } = world;
    const [scopes, role] = [['project', 'inference', 'keys', 'verify', 'meter'], 'admin'];
    const key = bearer((await service.createKey(stranger, { scopes, role })).secret);
    strangers = { owner: stranger, key, operator: await issueOperator(service, stranger.team.id) };
  });

  it.each(aboutOne)('%s', async (name, row) => {
    const request = await row.request(world);
    const path = request.path.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, nowhere);
    for (const [who, as] of Object.entries(strangers)) {
      const answers = [await send(name, request, as), await send(name, { ...request, path }, as)];
      const [foreign, missing] = answers.map(withoutRequest);
      expect([who, foreign]).toEqual([who, missing]);
      expect([who, ...answers.map(({ status }) => status)]).toEqual([who, 404, 404]);
    }
    const ofOwner = await send(name, { ...request, path }, world.owner);
    expect(withoutRequest(ofOwner)).toEqual(withoutRequest(await send(name, request, world.stranger)));
  });
});

describe('an id of another team', () => {
  let foreign: Foreign;
  let meter: Caller;

  beforeAll(async () => {
    foreign = await foreignIds(world);
    meter = bearer((await service.createKey(world.owner, { scopes: ['meter'] })).secret);
  });

  /** The names of fields that hold ids, those of what is in lists too. */
  function idFieldsIn(fields: Readonly<Record<string, Schema>>): string[] {
    return Object.entries(fields).flatMap(([field, schema]) => [
      ...(/Ids?$/.test(field) && !ofNoTeam.includes(field) ? [field] : []),
      ...idFieldsIn(resolved(schema.items)?.properties ?? {}),
    ]);
  }

  it.each(written)('in the body of %s is answered for as one of nothing', async (name, row) => {
    for (const field of idFieldsIn(fieldsOf(name) ?? {})) {
      const { path, body } = await row.request(world);
      const make = foreign[field];
      if (!make) throw new Error(`No id of another team is known for ${field}.`);
      const ask = async (id?: string) => {
        const as = name === 'POST /v1/usage-records' ? meter : world.owner;
        return send(name, { path, body: { ...body, ...(await make(id)) } }, as);
      };
      const answers = [await ask(), await ask(nowhere)];
      expect([field, ...answers.map(({ status }) => status)]).toEqual([field, 404, 404]);
      const [theirs, missing] = answers.map(withoutRequest);
      expect([field, theirs]).toEqual([field, missing]);
    }
  });

  it.each(guarded)('in the query of %s finds nothing', async (name, row) => {
    const { parameters = [] } = documented(name) ?? {};
    for (const { name: field } of parameters.filter((one) => one.in === 'query')) {
      if (!/Id$/.test(field) || ofNoTeam.includes(field)) continue;
      const { [field]: id } = (await foreign[field]?.()) ?? {};
      const { path } = await row.request(world);
      const answer = await send(name, { path: `${path}?${field}=${String(id)}` }, world.owner);
      expect([field, answer.status, answer.body]).toEqual([field, 200, { items: [], nextCursor: null }]);
    }
  });
});

describe('a precondition', () => {
  /** What changes one thing that is there. */
  const changing = guarded.filter(
    ([name]) => (name.includes('{') && !name.startsWith('GET ')) || name === 'PATCH /v1/team',
  );
  const reading = ['POST /v1/services/{serviceId}/estimate'];

  it.each(changing)('that does not hold is refused by %s', async (name, row) => {
    if (reading.includes(name)) return;
    const { path, body } = await row.request(world);
    const as = row.statuses?.[0] === 403 ? await world.as('operator') : world.owner;
    const answer = await service.send(methodOf(name), path, { as, body, headers: { 'if-match': '"0"' } });
    expectProblem(answer, 412, 'request.precondition_failed');
    const undone = await service.send(methodOf(name), path, { as, body, headers: { 'if-match': '1' } });
    expectProblem(undone, 400, 'request.invalid');
    expect((await send(name, { path, ...(body && { body }) }, as)).status).toBeLessThan(300);
  });
});

describe('an address takes no other method', () => {
  it.each(all)('than %s', async (name, row) => {
    const { path } = await row.request(world);
    const taken = Object.keys(document.paths[templateOf(name)] ?? {}).map((method) => method.toUpperCase());
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !taken.includes(method));
    for (const other of others) {
      const answer = await service.send(other, path, { as: world.owner });
      expectProblem(answer, 405, 'route.method_not_allowed');
      expect(answer.headers.allow?.split(', ')).toEqual(expect.arrayContaining(taken));
    }
  });
});

describe('a query', () => {
  it.each(all)('with an unknown parameter is refused by %s, if it takes any', async (name, row) => {
    const { parameters = [] } = documented(name) ?? {};
    if (!parameters.some((parameter) => parameter.in === 'query')) return;
    const { path, body } = await row.request(world);
    for (const parameter of ['colour', '__proto__', 'limit[]']) {
      const answer = await send(
        name,
        { path: `${path}${path.includes('?') ? '&' : '?'}${parameter}=1`, ...(body && { body }) },
        world.owner,
      );
      expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(`/${parameter}`);
    }
  });
});

describe('a body', () => {
  it.each(written)('of another type than JSON is refused by %s', async (name, row) => {
    const request = await row.request(world);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await sendRaw(name, request, '{}', type);
      expectProblem(answer, 415, 'request.media_type_unsupported');
    }
  });

  it.each(written)('that is no JSON is refused by %s', async (name, row) => {
    const request = await row.request(world);
    for (const raw of ['{', 'name=a', '{"a":1,}', '\u0000', '{}{}']) {
      expectProblem(await sendRaw(name, request, raw), 400, 'request.malformed_json');
    }
  });

  it.each(written)('that is too large is refused by %s', async (name, row) => {
    const answer = await sendRaw(name, await row.request(world), `"${'a'.repeat(70_000)}"`);
    expectProblem(answer, 413, 'request.too_large');
  });

  it.each(written)('that is no object is refused by %s', async (name, row) => {
    if (!fieldsOf(name)) return;
    const request = await row.request(world);
    for (const raw of ['[]', '1', '"text"', 'null', 'true', '[{}]']) {
      expectProblem(await sendRaw(name, request, raw), 400, 'request.invalid');
    }
  });

  it.each(written)('with an unknown field is refused by %s', async (name, row) => {
    if (!fieldsOf(name)) return;
    const request = await row.request(world);
    for (const field of ['colour', 'a/b~c', '__proto__', 'constructor', 'hasOwnProperty', '']) {
      const entries = [`${JSON.stringify(field)}:{}`, ...entriesOf(request.body)];
      const problem = expectProblem(
        await sendRaw(name, request, `{${entries.join(',')}}`),
        400,
        'request.invalid',
      );
      expect(pointersOf(problem)).toContain(`/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    }
  });

  it.each(written)('with a field of the wrong type is refused by %s', async (name, row) => {
    const request = await row.request(world);
    for (const [field, { type }] of Object.entries(fieldsOf(name) ?? {})) {
      const wrong = type === 'object' ? 'text' : {};
      const body = { ...request.body, [field]: wrong };
      const problem = expectProblem(
        await sendRaw(name, request, JSON.stringify(body)),
        400,
        'request.invalid',
      );
      expect(pointersOf(problem).filter((pointer) => pointer.startsWith(`/${field}`))).not.toEqual([]);
    }
  });

  const entriesOf = (body: object = {}) =>
    Object.entries(body).map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`);
});

describe('the refusals it declares', () => {
  const declaring = all.filter(([, { refusals }]) => refusals);

  it.each(declaring)('%s', async (name, { refusals, statuses }) => {
    for (const { as, status, code, ...request } of (await refusals?.(world)) ?? []) {
      const asker = as ?? (statuses ? world.owner : nobody);
      expectProblem(await send(name, request, asker), status, code);
    }
  });
});
