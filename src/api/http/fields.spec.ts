import { IsIdList, OptionalId } from './fields.js';
import { RequestValidation } from './validation.js';

class Body {
  @OptionalId()
  readonly projectId?: string;

  @OptionalId({ nullable: true })
  readonly biasProfileId?: string | null;

  @IsIdList({ maxItems: 2 })
  readonly resourceIds: readonly string[] = [];
}

const pipe = new RequestValidation();
const check = (body: unknown) => pipe.transform(body, { type: 'body', metatype: Body });
const lower = '01939c3c-7c4c-7a1e-8a3b-0123456789ab';
const upper = lower.toUpperCase();
const other = '01939c3c-7c4c-7a1e-8a3b-0123456789ac';

describe('an id', () => {
  it('is taken in any case and held in lower case', async () => {
    const taken = await check({ projectId: upper, biasProfileId: upper, resourceIds: [upper, other] });
    expect(taken).toEqual({ projectId: lower, biasProfileId: lower, resourceIds: [lower, other] });
  });

  it('may be absent, and null where null says none', async () => {
    expect(await check({ biasProfileId: null })).toEqual({ biasProfileId: null, resourceIds: [] });
  });

  it.each<[object, string]>([
    [{ projectId: null }, '/projectId'],
    [{ projectId: 7 }, '/projectId'],
    [{ projectId: [lower] }, '/projectId'],
    [{ biasProfileId: 'mine' }, '/biasProfileId'],
    [{ resourceIds: [lower, upper] }, '/resourceIds'],
    [{ resourceIds: [lower, 7] }, '/resourceIds/1'],
    [{ resourceIds: lower }, '/resourceIds'],
    [{ resourceIds: [lower, other, lower.replace('0', '1')] }, '/resourceIds'],
  ])('is refused in %j', async (body, pointer) => {
    const errors = expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown;
    await expect(check(body)).rejects.toMatchObject({ code: 'request.invalid', more: { errors } });
  });
});
