import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsString, IsUUID, MaxLength } from 'class-validator';
import { scopes } from '../../../domain/access/permissions.js';
import type { AccessRequest } from '../../../domain/access/verdict.js';
import type { Scope } from '../../../domain/key/events.js';
import type { PresentedThen } from '../../../verification/verify-past.js';
import { LowerCase, MayBeAbsent, OptionalId, OptionalText, RequiredInstant } from '../fields.js';
import { verifyRequestSchema } from '../hot/schemas.js';

const { properties: asked } = verifyRequestSchema;
const permissionMax = asked.permissions.items.maxLength;

/** A question as `POST /v1/verify` takes it, about a key by its id and as of an instant. */
export class DecisionBody implements PresentedThen, AccessRequest {
  @ApiProperty({ format: 'uuid' })
  @LowerCase()
  @IsUUID()
  readonly keyId!: string;

  @OptionalId({
    description:
      'Of a secret of the key, or of a token; absent: the one that the last rotation by then made.',
  })
  readonly secretId?: string;

  @RequiredInstant({ description: 'When it was asked for.' })
  readonly at!: string;

  @OptionalText(asked.project)
  readonly project?: string;

  @OptionalText(asked.permission)
  readonly permission?: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: asked.permissions.maxItems,
    description: asked.permissions.description,
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(asked.permissions.maxItems)
  @IsString({ each: true })
  @MaxLength(permissionMax, { each: true })
  readonly permissions?: readonly string[];

  @ApiPropertyOptional({ enum: scopes, description: asked.scope.description })
  @MayBeAbsent()
  @IsIn(scopes)
  readonly scope?: Scope;

  @OptionalText(asked.service)
  readonly service?: string;

  @OptionalText(asked.model)
  readonly model?: string;

  @OptionalText(asked.resource)
  readonly resource?: string;

  @OptionalText(asked.clientIp)
  readonly clientIp?: string;

  @OptionalText(asked.origin)
  readonly origin?: string;

  @OptionalText(asked.appId)
  readonly appId?: string;
}
