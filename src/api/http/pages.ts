import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import type { Cursors } from '../../platform/cursors.js';
import { fault } from './faults.js';
import { MayBeAbsent } from './fields.js';

/** Injection token of the cursors. */
export const CURSORS = Symbol('cursors');

/**
 * The place a cursor stands for, as it was given to `cursorOf`; undefined without one.
 * @param list names the list and its filters: a cursor of another one is refused
 */
export function placeOf(cursors: Cursors, list: string, cursor: string | undefined): unknown {
  if (cursor === undefined) return undefined;
  const place = cursors.read(list, cursor);
  if (place !== undefined) return place;
  throw fault('request.invalid', {
    errors: [{ pointer: '/cursor', message: 'is the nextCursor of a page of the same list and filters' }],
  });
}

export function cursorOf(cursors: Cursors, list: string, next: unknown): string | null {
  return next === undefined ? null : cursors.write(list, next);
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
