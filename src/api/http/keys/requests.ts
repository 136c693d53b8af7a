import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsUUID,
  Matches,
  Max,
  Min,
} from 'class-validator';
import type { CreateKeyRequest } from '../../../application/key/create-key.js';
import { scopes } from '../../../domain/access/permissions.js';
import {
  type KeyRole,
  type RevocationReason,
  revocationReasons,
  type Scope,
} from '../../../domain/key/events.js';
import { type KeyStatus, keyStatuses } from '../../../domain/key/status.js';
import { MayBeAbsent, OptionalText, zonedInstant, zonedInstantWords } from '../fields.js';
import { PageQuery } from '../pages.js';

export class CreateKeyBody implements CreateKeyRequest {
  @OptionalText({ maxLength: 100, description: 'Absent: made from the id.', example: 'CI Pipeline' })
  readonly name?: string;

  @OptionalText({ maxLength: 1_000, description: 'What the key is for.' })
  readonly description?: string;

  @ApiPropertyOptional({ enum: ['service_account'], default: 'service_account' })
  @MayBeAbsent()
  @IsIn(['service_account'])
  readonly type?: 'service_account';

  @ApiPropertyOptional({ format: 'uuid', description: "Absent: the caller key's own, or the team's first." })
  @MayBeAbsent()
  @IsUUID()
  readonly projectId?: string;

  @ApiPropertyOptional({ enum: ['admin', 'member'], default: 'member' })
  @MayBeAbsent()
  @IsIn(['admin', 'member'])
  readonly role?: KeyRole;

  @ApiPropertyOptional({
    enum: scopes,
    isArray: true,
    description: 'Absent: `project` and `inference`. An empty list means none.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(scopes.length)
  @ArrayUnique()
  @IsIn(scopes, { each: true })
  readonly scopes?: readonly Scope[];

  @ApiPropertyOptional({ minimum: 1, maximum: 36_500, description: 'Days of 86,400 seconds. Absent: never.' })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(36_500)
  readonly expiresInDays?: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'Instead of expiresInDays.' })
  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(zonedInstant, { message: zonedInstantWords })
  readonly expiresAt?: string;

  @OptionalText({ maxLength: 100, description: 'Department that uses the key.' })
  readonly department?: string;

  @OptionalText({ maxLength: 100, description: 'Environment it is used in.', example: 'production' })
  readonly environment?: string;

  @OptionalText({ maxLength: 254, description: 'Who asked for it. Kept as personal data.' })
  readonly requestor?: string;

  @OptionalText({ maxLength: 100, description: 'The application that uses it.' })
  readonly appId?: string;

  @OptionalText({ maxLength: 2_000, description: 'Why it is needed.' })
  readonly businessJustification?: string;

  @OptionalText({ maxLength: 4_000, description: 'Anything else. Kept as personal data.' })
  readonly notes?: string;
}

export class RevokeKeyBody {
  @ApiPropertyOptional({ enum: revocationReasons, default: 'unspecified' })
  @MayBeAbsent()
  @IsIn(revocationReasons)
  readonly reason?: RevocationReason;

  @OptionalText({ maxLength: 1_000, description: 'More about the reason.' })
  readonly comment?: string;
}

export class ListKeysQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsUUID()
  readonly projectId?: string;

  @ApiPropertyOptional({ enum: keyStatuses })
  @MayBeAbsent()
  @IsIn(keyStatuses)
  readonly status?: KeyStatus;
}
