import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { lifetimeMaxDays } from '../../../application/key/expiry.js';
import { scopes } from '../../../domain/access/permissions.js';
import { isPlainText } from '../../../domain/text.js';
import { isEmail, normalizedEmail } from '../../../identity/credentials.js';
import { IsIdList, MayBeAbsent, MayBeNull, TextRule, zonedInstant, zonedInstantWords } from '../fields.js';
import { isAddressRange, isWebOrigin } from './network.js';

/** Texts a person may give to a key, when it is made and when it changes. */
export const keyTexts = {
  description: { maxLength: 1_000, description: 'What the key is for.' },
  department: { maxLength: 100, description: 'Department that uses the key.' },
  environment: { maxLength: 100, description: 'Environment it is used in.', example: 'production' },
  requestor: { maxLength: 254, description: 'Who asked for it. Kept as personal data.' },
  appId: { maxLength: 100, description: 'The application that uses it.' },
  businessJustification: { maxLength: 2_000, description: 'Why it is needed.' },
  notes: { maxLength: 4_000, description: 'Anything else. Kept as personal data.' },
  externalId: { maxLength: 200, description: 'The name of the key in another system.' },
} as const;

interface Words {
  readonly description: string;
}

export function Scopes({ description }: Words): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: scopes, isArray: true, description }),
    MayBeAbsent(),
    IsArray(),
    ArrayMaxSize(scopes.length),
    ArrayUnique(),
    IsIn(scopes, { each: true }),
  );
}

/** Whole days from now; in a change null takes the expiry away. */
export function ExpiresInDays({ description, nullable }: Words & { nullable: boolean }): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: lifetimeMaxDays, nullable, description }),
    nullable ? MayBeNull() : MayBeAbsent(),
    IsInt(),
    Min(1),
    Max(lifetimeMaxDays),
  );
}

export function ExpiresAt({ nullable }: { nullable: boolean }): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      format: 'date-time',
      nullable,
      description: 'Instead of expiresInDays.',
    }),
    nullable ? MayBeNull() : MayBeAbsent(),
    IsISO8601({ strict: true, strictSeparator: true }),
    Matches(zonedInstant, { message: zonedInstantWords }),
  );
}

interface SetOptions {
  readonly isRequired: boolean;
}

export function ResourceIds({ isRequired }: SetOptions): PropertyDecorator {
  const description = 'Resources of the team; one model under one resource type only.';
  return Ids({ isRequired, maxItems: 100, description });
}

/** So many that one append holds the end of all, their tokens with them, and the beginning of as many others. */
const usersMax = 200;

export function UserIds({ isRequired }: SetOptions): PropertyDecorator {
  const description = `Members of the team${isRequired ? '' : '; whoever creates the key is assigned in any case'}.`;
  return Ids({ isRequired, maxItems: usersMax, description });
}

function Ids({
  isRequired,
  maxItems,
  description,
}: SetOptions & Words & { maxItems: number }): PropertyDecorator {
  const items = { type: 'string', format: 'uuid' };
  return applyDecorators(
    ApiProperty({ type: 'array', items, maxItems, description, required: isRequired }),
    ...(isRequired ? [] : [MayBeAbsent()]),
    IsIdList({ maxItems }),
  );
}

export function AllowedIps(): PropertyDecorator {
  const words = 'is an address or a CIDR range, such as 192.0.2.1 or 2001:db8::/32';
  return applyDecorators(
    ApiPropertyOptional({
      type: [String],
      maxItems: 100,
      description: 'Addresses and CIDR ranges of IPv4 and IPv6; empty: from everywhere.',
      example: ['10.0.0.0/8'],
    }),
    MayBeAbsent(),
    IsArray(),
    ArrayMaxSize(100),
    ArrayUnique(),
    IsString({ each: true }),
    MaxLength(64, { each: true }),
    TextRule('isAddressRange', words, isAddressRange, { each: true }),
  );
}

export function AllowedOrigins(): PropertyDecorator {
  const words = 'is an origin as browsers send it, such as https://app.example or http://localhost:3000';
  return applyDecorators(
    ApiPropertyOptional({
      type: [String],
      maxItems: 50,
      description: 'Of a public key: the origins of web pages that may present it; empty: all.',
      example: ['https://app.example'],
    }),
    MayBeAbsent(),
    IsArray(),
    ArrayMaxSize(50),
    ArrayUnique(),
    IsString({ each: true }),
    MaxLength(300, { each: true }),
    TextRule('isWebOrigin', words, isWebOrigin, { each: true }),
  );
}

/** Held as it is compared and written to: without spaces around it, in lower case. */
export function NotifyEmail({ description, nullable }: Words & { nullable: boolean }): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'email', nullable, maxLength: 254, description }),
    nullable ? MayBeNull() : MayBeAbsent(),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? normalizedEmail(value) : value,
    ),
    IsString(),
    MaxLength(254),
    TextRule('isEmail', 'is an e-mail address', isEmail),
  );
}

export function Labels(): PropertyDecorator {
  const words = 'has no control characters other than tabs and line breaks';
  return applyDecorators(
    ApiPropertyOptional({ type: [String], maxItems: 32, description: 'Words to find the key by.' }),
    MayBeAbsent(),
    IsArray(),
    ArrayMaxSize(32),
    ArrayUnique(),
    IsString({ each: true }),
    Length(1, 64, { each: true }),
    TextRule('isPlainText', words, isPlainText, { each: true }),
  );
}
