import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import { type EventType, eventTypes } from '../../../domain/recorded.js';
import { MayBeAbsent, OptionalInstant } from '../fields.js';
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

  @OptionalInstant({ description: 'Recorded at or after.' })
  readonly from?: string;

  @OptionalInstant({ description: 'Recorded before.' })
  readonly to?: string;
}
