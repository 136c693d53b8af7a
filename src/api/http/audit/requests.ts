import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, Matches } from 'class-validator';
import type { Moment } from '../../../application/key/past.js';
import type { DiffRequest } from '../../../audit/diff.js';
import { type EventType, eventTypes } from '../../../domain/recorded.js';
import { instantOf, MayBeAbsent, OptionalId, OptionalInstant, zonedInstantWords } from '../fields.js';
import { PageQuery } from '../pages.js';

export class AuditQuery extends PageQuery {
  @OptionalId()
  readonly keyId?: string;

  @OptionalId({ description: 'Id of the user or key who did it.' })
  readonly actorId?: string;

  @ApiPropertyOptional({ enum: eventTypes })
  @MayBeAbsent()
  @IsIn(eventTypes)
  readonly type?: EventType;

  @OptionalInstant({ description: 'Recorded at or after.' })
  readonly from?: string;

  @OptionalInstant({ description: 'Recorded before.' })
  readonly to?: string;
}

/** A revision, or an instant in UTC with milliseconds. */
const moment = /^([1-9]\d{0,8}|(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;
const momentWords = `is a revision, or ${zonedInstantWords.slice('is '.length)}`;

export class DiffQuery {
  @ApiProperty({ type: String, description: 'A revision or an instant.', example: '2' })
  @Transform(({ value }: { value: unknown }) => instantOf(value) ?? value)
  @Matches(moment, { message: momentWords })
  readonly from!: string;

  @ApiPropertyOptional({ type: String, description: 'A revision or an instant; absent: now.' })
  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => instantOf(value) ?? value)
  @Matches(moment, { message: momentWords })
  readonly to?: string;
}

export function diffRequestOf({ from, to }: DiffQuery): DiffRequest {
  return { from: momentOf(from), ...(to !== undefined && { to: momentOf(to) }) };
}

function momentOf(text: string): Moment {
  return text.includes('T') ? { asOf: text } : { revision: Number(text) };
}
