import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import type { CreateKeyRequest } from '../../../application/key/create-key.js';
import {
  type KeyRole,
  type KeyType,
  keyTypes,
  type RevocationReason,
  revocationReasons,
  type Scope,
} from '../../../domain/key/events.js';
import { MayBeAbsent, OptionalId, OptionalText } from '../fields.js';
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

export class CreateKeyBody implements CreateKeyRequest {
  @OptionalText({ maxLength: 100, description: 'Absent: made from the id.', example: 'CI Pipeline' })
  readonly name?: string;

  @OptionalText(keyTexts.description)
  readonly description?: string;

  @ApiPropertyOptional({
    enum: keyTypes,
    default: 'service_account',
    description: 'A personal token acts as its user, who makes it with a session.',
  })
  @MayBeAbsent()
  @IsIn(keyTypes)
  readonly type?: KeyType;

  @ApiPropertyOptional({
    default: false,
    description: 'May be shown to anyone, so it only infers. It never changes.',
  })
  @MayBeAbsent()
  @IsBoolean()
  readonly public?: boolean;

  @OptionalId({ description: "Absent: the caller key's own, or the team's first." })
  readonly projectId?: string;

  @ApiPropertyOptional({ enum: ['admin', 'member'], default: 'member' })
  @MayBeAbsent()
  @IsIn(['admin', 'member'])
  readonly role?: KeyRole;

  @Scopes({
    description: 'Absent: `project` and `inference`, of a public key `inference`. An empty list means none.',
  })
  readonly scopes?: readonly Scope[];

  @ExpiresInDays({ description: 'Days of 86,400 seconds. Absent: never.', nullable: false })
  readonly expiresInDays?: number;

  @ExpiresAt({ nullable: false })
  readonly expiresAt?: string;

  @ResourceIds({ isRequired: false })
  readonly resourceIds?: readonly string[];

  @UserIds({ isRequired: false })
  readonly userIds?: readonly string[];

  @Services({ isRequired: false })
  readonly services?: readonly ServiceChoiceBody[];

  @OptionalId()
  readonly biasProfileId?: string;

  @OptionalText(keyTexts.department)
  readonly department?: string;

  @OptionalText(keyTexts.environment)
  readonly environment?: string;

  @OptionalText(keyTexts.requestor)
  readonly requestor?: string;

  @OptionalText(keyTexts.appId)
  readonly appId?: string;

  @OptionalText(keyTexts.businessJustification)
  readonly businessJustification?: string;

  @OptionalText(keyTexts.notes)
  readonly notes?: string;

  @NotifyEmail({
    description:
      'Who gets a mail with a link that shows the secret once, within a day; where mail is configured.',
    nullable: false,
  })
  readonly notifyEmail?: string;

  @AllowedIps()
  readonly allowedIps?: readonly string[];

  @AllowedOrigins()
  readonly allowedOrigins?: readonly string[];

  @Labels()
  readonly labels?: readonly string[];

  @OptionalText(keyTexts.externalId)
  readonly externalId?: string;
}

export class RevokeKeyBody {
  @ApiPropertyOptional({ enum: revocationReasons, default: 'unspecified' })
  @MayBeAbsent()
  @IsIn(revocationReasons)
  readonly reason?: RevocationReason;

  @OptionalText({ maxLength: 1_000, description: 'More about the reason.' })
  readonly comment?: string;
}

export class RevokeKeyQuery {
  @ApiPropertyOptional({
    enum: ['everywhere'],
    description:
      'Answer only when the key is refused by every process that verifies, and with a receipt of that. A process ' +
      'that does not react is waited for until it refuses all verification: `COMPASS_VERIFY_MAX_STALENESS_SECONDS`.',
  })
  @MayBeAbsent()
  @IsIn(['everywhere'])
  readonly wait?: 'everywhere';
}
