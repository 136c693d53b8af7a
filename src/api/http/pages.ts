import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import type { Page } from '../../application/page.js';
import type { Result } from '../../application/result.js';
import type { Cursors } from '../../platform/cursors.js';
import { valueOf } from './answers.js';
import { fault } from './faults.js';
import { MayBeAbsent } from './fields.js';

/** Injection token of the cursors. */
export const CURSORS = Symbol('cursors');

/**
 * A page of a list as it is answered.
 * @param list as `listName` names it: a cursor of another list is refused
 * @param read is told where the page before ended, undefined for the first
 */
export async function answerPage<Item, Place>(
  cursors: Cursors,
  list: string,
  cursor: string | undefined,
  read: (after: Place | undefined) => Promise<Result<Page<Item, Place>>>,
): Promise<{ items: readonly Item[]; nextCursor: string | null }> {
  const { items, next } = valueOf(await read(placeOf(cursors, list, cursor) as Place | undefined));
  return { items, nextCursor: next === undefined ? null : cursors.write(list, next) };
}

/** The place a cursor stands for, as a page gave it; undefined without one. */
function placeOf(cursors: Cursors, list: string, cursor: string | undefined): unknown {
  if (cursor === undefined) return undefined;
  const place = cursors.read(list, cursor);
  if (place !== undefined) return place;
  throw fault('request.invalid', {
    errors: [{ pointer: '/cursor', message: 'is the nextCursor of a page of the same list and filters' }],
  });
}

/** Names a list for its cursors: who may see what is part of it. */
export function listName(name: string, teamId: string, filters: object): string {
  return `${name} ${teamId} ${JSON.stringify(filters)}`;
}

export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  readonly limit: number = 50;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before, with the same filters.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(1_000)
  readonly cursor?: string;
}
