import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsUUID, Matches } from 'class-validator';
import { type EventType, eventTypes } from '../../../domain/recorded.js';
import { MayBeAbsent, zonedInstant, zonedInstantWords } from '../fields.js';
import { PageQuery } from '../pages.js';

export class AuditQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsUUID()
  readonly keyId?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Id of the user or key who did it.' })
  @MayBeAbsent()
  @IsUUID()
  readonly actorId?: string;

  @ApiPropertyOptional({ enum: eventTypes })
  @MayBeAbsent()
  @IsIn(eventTypes)
  readonly type?: EventType;

  @ApiPropertyOptional({ format: 'date-time', description: 'Recorded at or after.' })
  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(zonedInstant, { message: zonedInstantWords })
  readonly from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Recorded before.' })
  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(zonedInstant, { message: zonedInstantWords })
  readonly to?: string;
}
