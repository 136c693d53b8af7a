import type { Caller } from './http-client.js';
import type { Api } from './people.js';

/** A whole list, read page by page of one item each, as a caller sees it. */
export async function readInPages<Item>(
  { send }: Pick<Api, 'send'>,
  path: string,
  as: Caller,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await send<{ items: Item[]; nextCursor: string | null }>(
      'GET',
      `${path}?limit=1${query}`,
      {
        as,
      },
    );
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}
