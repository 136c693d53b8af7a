import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { fieldErrorsMax } from './field-errors.js';
import { type FieldError, HttpProblem } from './problem.js';
import { RequestValidation } from './validation.js';

class Price {
  @IsString()
  readonly unit!: string;

  @IsInt()
  readonly amountMicros!: number;
}

class Model {
  @Type(() => Price)
  @ValidateNested({ each: true })
  @IsArray()
  readonly prices!: Price[];
}

class Body {
  @MinLength(2)
  @MaxLength(4)
  @Matches(/^[a-z]+$/, { message: 'has only small letters' })
  @IsOptional()
  readonly name?: string;

  @IsUUID('7', { each: true })
  @ArrayMaxSize(3)
  @IsArray()
  @IsOptional()
  readonly resourceIds?: string[];

  @IsIn(['a/b', 'c~d'], { each: true })
  @IsOptional()
  readonly 'odd/na~me'?: string[];

  @IsInt()
  @IsOptional()
  readonly days?: number;

  @Type(() => Model)
  @ValidateNested()
  @IsOptional()
  readonly model?: Model;
}

const pipe = new RequestValidation();
const check = (value: unknown, metatype: unknown = Body) =>
  pipe.transform(value, { type: 'body', metatype: metatype as typeof Body });

async function errorsOf(value: unknown): Promise<readonly FieldError[]> {
  const thrown: unknown = await check(value).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof HttpProblem)) throw new Error('It was taken.');
  expect(thrown).toMatchObject({ code: 'request.invalid', status: 400 });
  return thrown.more.errors ?? [];
}

const id = '01939c3c-7c4c-7a1e-8a3b-0123456789ab';

describe('a request', () => {
  it('becomes an instance of its class', async () => {
    const body = await check({
      name: 'abc',
      resourceIds: [id],
      model: { prices: [{ unit: 'a', amountMicros: 1 }] },
    });
    expect(body).toBeInstanceOf(Body);
    expect(body).toMatchObject({ name: 'abc', model: { prices: [expect.any(Price)] } });
  });

  it('may be absent where every field may', async () => {
    expect(await check(undefined)).toEqual(new Body());
  });

  it.each([null, [], [{}], 'text', 1, true])('is refused as %j', async (value) => {
    expect(await errorsOf(value)).toEqual([{ pointer: '', message: 'must be a JSON object' }]);
  });

  it('is not converted', async () => {
    expect(await errorsOf({ days: '7' })).toEqual([
      { pointer: '/days', message: 'must be an integer number' },
    ]);
  });

  it('is told every rule a field breaks', async () => {
    expect(await errorsOf({ name: 'A' })).toEqual([
      { pointer: '/name', message: 'has only small letters' },
      { pointer: '/name', message: 'must be longer than or equal to 2 characters' },
    ]);
  });

  it('is told which items of a list break a rule, and which rules the list does', async () => {
    expect(await errorsOf({ resourceIds: [id, 'x', id, 5] })).toEqual([
      { pointer: '/resourceIds', message: 'must contain no more than 3 elements' },
      { pointer: '/resourceIds/1', message: 'must be a UUID' },
      { pointer: '/resourceIds/3', message: 'must be a UUID' },
    ]);
  });

  it('is told of a list that is none', async () => {
    expect(await errorsOf({ resourceIds: id })).toContainEqual({
      pointer: '/resourceIds',
      message: 'must be an array',
    });
  });

  it('is told of fields inside of fields', async () => {
    const prices = [{ unit: 'a', amountMicros: 1 }, { unit: 1, amountMicros: 1, colour: 'red' }, 5];
    expect(await errorsOf({ model: { prices } })).toEqual([
      { pointer: '/model/prices/1/colour', message: 'is not a field of this request' },
      { pointer: '/model/prices/1/unit', message: 'must be a string' },
      { pointer: '/model/prices/2', message: expect.stringContaining('must be either object or array') },
    ]);
  });

  it.each(['colour', 'toString', 'hasOwnProperty', 'then', 'valueOf', '__defineGetter__', 'length', ''])(
    'is refused with the unknown field "%s"',
    async (field) => {
      const errors = await errorsOf(JSON.parse(`{"${field}":{"a":1}}`));
      expect(errors).toEqual([{ pointer: `/${field}`, message: 'is not a field of this request' }]);
    },
  );

  it('has pointers with escaped keys', async () => {
    const errors = await errorsOf({ 'odd/na~me': ['a/b', 'x'], '/': 1 });
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/~1', '/odd~1na~0me/1']);
  });

  it('is told of a bounded number of errors', async () => {
    const resourceIds = Array.from({ length: 20_000 }, () => 0);
    expect(await errorsOf({ resourceIds })).toHaveLength(fieldErrorsMax);
  });

  it('never sees its own values in an error', async () => {
    expect(JSON.stringify(await errorsOf({ name: 'SECRET!', days: 'SECRET!' }))).not.toContain('SECRET!');
  });
});
