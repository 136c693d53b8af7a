import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, Max, Min } from 'class-validator';
import type { AssignUsersRequest } from '../../../application/key/assign-users.js';
import type { ChangeKeyRequest } from '../../../application/key/change-key.js';
import type { ChangeStatusRequest } from '../../../application/key/change-status.js';
import type { RotateKeyRequest } from '../../../application/key/rotate-key.js';
import type { KeyRole, Scope } from '../../../domain/key/events.js';
import { graceDefaultSeconds, graceMaxSeconds } from '../../../domain/key/rotate.js';
import { ClearableText, MayBeAbsent, OptionalId, OptionalText } from '../fields.js';
import {
  AllowedIps,
  AllowedOrigins,
  ExpiresAt,
  ExpiresInDays,
  keyTexts,
  Labels,
  NotifyEmail,
  ResourceIds,
  Scopes,
  UserIds,
} from './key-fields.js';
import { type ServiceChoiceBody, Services } from './service-fields.js';

/** What is absent stays, null clears, lists are replaced whole. */
export class ChangeKeyBody implements ChangeKeyRequest {
  @OptionalText({ maxLength: 100, description: 'The new name.', example: 'CI Pipeline' })
  readonly name?: string;

  @ClearableText(keyTexts.description)
  readonly description?: string | null;

  @ApiPropertyOptional({ enum: ['admin', 'member'] })
  @MayBeAbsent()
  @IsIn(['admin', 'member'])
  readonly role?: KeyRole;

  @Scopes({ description: 'All of them; an empty list means none.' })
  readonly scopes?: readonly Scope[];

  @ExpiresInDays({
    description: 'Days of 86,400 seconds from now; null: it does not expire.',
    nullable: true,
  })
  readonly expiresInDays?: number | null;

  @ExpiresAt({ nullable: true })
  readonly expiresAt?: string | null;

  @OptionalId({ nullable: true })
  readonly biasProfileId?: string | null;

  @ClearableText(keyTexts.department)
  readonly department?: string | null;

  @ClearableText(keyTexts.environment)
  readonly environment?: string | null;

  @ClearableText(keyTexts.requestor)
  readonly requestor?: string | null;

  @ClearableText(keyTexts.appId)
  readonly appId?: string | null;

  @ClearableText(keyTexts.businessJustification)
  readonly businessJustification?: string | null;

  @ClearableText(keyTexts.notes)
  readonly notes?: string | null;

  @NotifyEmail({ description: 'Kept as personal data. Nothing is sent for the change.', nullable: true })
  readonly notifyEmail?: string | null;

  @AllowedIps()
  readonly allowedIps?: readonly string[];

  @AllowedOrigins()
  readonly allowedOrigins?: readonly string[];

  @Labels()
  readonly labels?: readonly string[];

  @ClearableText(keyTexts.externalId)
  readonly externalId?: string | null;
}

export class AssignResourcesBody {
  @ResourceIds({ isRequired: true })
  readonly resourceIds!: readonly string[];
}

export class AssignUsersBody implements AssignUsersRequest {
  @UserIds({ isRequired: true })
  readonly userIds!: readonly string[];

  @ApiPropertyOptional({
    default: false,
    description: 'Whether those who are assigned, or not any more, are to be told by mail.',
  })
  @MayBeAbsent()
  @IsBoolean()
  readonly notify?: boolean;
}

export class EnableServicesBody {
  @Services({ isRequired: true })
  readonly services!: readonly ServiceChoiceBody[];
}

export class ChangeStatusBody implements ChangeStatusRequest {
  @ApiProperty({ enum: ['ACTIVE', 'INACTIVE'] })
  @IsIn(['ACTIVE', 'INACTIVE'])
  readonly status!: 'ACTIVE' | 'INACTIVE';

  @OptionalText({ maxLength: 1_000, description: 'Why; the history tells it.' })
  readonly reason?: string;
}

export class RotateKeyBody implements RotateKeyRequest {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: graceMaxSeconds,
    default: graceDefaultSeconds,
    description: 'How long the replaced secret stays good, never past the expiry of the key.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(graceMaxSeconds)
  readonly gracePeriodSeconds?: number;

  @ExpiresInDays({ description: 'A new lifetime; an expired key needs one.', nullable: false })
  readonly expiresInDays?: number;
}
