import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { lifetimeMaxDays } from '../../../application/key/expiry.js';
import type { TeamView } from '../../../application/team/get-team.js';
import { scopes } from '../../../domain/access/permissions.js';
import type { Scope } from '../../../domain/key/events.js';
import {
  type NameStyle,
  nameStyles,
  type RequirableField,
  requirableFields,
  type TeamPolicy,
} from '../../../domain/team/policy.js';
import { MayBeAbsent, MayBeNull } from '../fields.js';

const words = {
  nameStyle: 'Of keys; `identifier`: letters, digits, `-` and `_`.',
  requiredFields: 'What every new key has.',
  defaultScopes: 'Of keys that are made without a word about them.',
  defaultExpiresInDays: 'Of keys that are made without a word about it; null: none.',
  maxExpiresInDays: 'Longer no key is given from now on; null: no limit.',
  rotateEveryDays: 'After so many days a key is due for a new secret; null: never.',
  resourceRequired: 'Inferences need an active resource or a service of the key, also when none is named.',
  enforceAppId: 'A key of an application is refused where the application is not named.',
  usersMayRotate: 'Members with the role USER rotate the keys they are assigned to.',
  allowedMailDomains: 'Who may be invited, by what follows the @ of their address; null: everybody.',
} as const satisfies Record<keyof TeamPolicy, string>;

const days = { type: 'integer', minimum: 1, maximum: lifetimeMaxDays, nullable: true } as const;

class PolicyAnswer implements TeamPolicy {
  @ApiProperty({ enum: nameStyles, description: words.nameStyle })
  readonly nameStyle!: NameStyle;

  @ApiProperty({ enum: requirableFields, isArray: true, description: words.requiredFields })
  readonly requiredFields!: readonly RequirableField[];

  @ApiProperty({ enum: scopes, isArray: true, description: words.defaultScopes })
  readonly defaultScopes!: readonly Scope[];

  @ApiProperty({ ...days, description: words.defaultExpiresInDays })
  readonly defaultExpiresInDays!: number | null;

  @ApiProperty({ ...days, description: words.maxExpiresInDays })
  readonly maxExpiresInDays!: number | null;

  @ApiProperty({ ...days, description: words.rotateEveryDays })
  readonly rotateEveryDays!: number | null;

  @ApiProperty({ description: words.resourceRequired })
  readonly resourceRequired!: boolean;

  @ApiProperty({ description: words.enforceAppId })
  readonly enforceAppId!: boolean;

  @ApiProperty({ description: words.usersMayRotate })
  readonly usersMayRotate!: boolean;

  @ApiProperty({ type: [String], nullable: true, description: words.allowedMailDomains })
  readonly allowedMailDomains!: readonly string[] | null;
}

class TeamAnswer implements TeamView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ type: PolicyAnswer })
  readonly policy!: PolicyAnswer;

  @ApiProperty({
    type: 'integer',
    description: "Events of the team's stream, up to the last one about its policy; also its ETag.",
  })
  readonly revision!: number;
}

export class OneTeamAnswer {
  @ApiProperty({ type: TeamAnswer })
  readonly team!: TeamView;
}

function Days(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ ...days, description }),
    MayBeNull(),
    IsInt(),
    Min(1),
    Max(lifetimeMaxDays),
  );
}

function Flag(description: string): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ type: Boolean, description }), MayBeAbsent(), IsBoolean());
}

function Some(all: readonly string[], description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: all, isArray: true, description }),
    MayBeAbsent(),
    IsArray(),
    ArrayMaxSize(all.length),
    ArrayUnique(),
    IsIn(all, { each: true }),
  );
}

/** Labels of letters, digits and hyphens, at least two; others in the form that starts with xn--. */
const mailDomain = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What is absent stays, null clears, lists are replaced whole. */
export class ChangePolicyBody implements Partial<TeamPolicy> {
  @ApiPropertyOptional({ enum: nameStyles, description: words.nameStyle })
  @MayBeAbsent()
  @IsIn(nameStyles)
  readonly nameStyle?: NameStyle;

  @Some(requirableFields, words.requiredFields)
  readonly requiredFields?: readonly RequirableField[];

  @Some(scopes, words.defaultScopes)
  readonly defaultScopes?: readonly Scope[];

  @Days(words.defaultExpiresInDays)
  readonly defaultExpiresInDays?: number | null;

  @Days(words.maxExpiresInDays)
  readonly maxExpiresInDays?: number | null;

  @Days(words.rotateEveryDays)
  readonly rotateEveryDays?: number | null;

  @Flag(words.resourceRequired)
  readonly resourceRequired?: boolean;

  @Flag(words.enforceAppId)
  readonly enforceAppId?: boolean;

  @Flag(words.usersMayRotate)
  readonly usersMayRotate?: boolean;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    maxItems: 100,
    example: ['example.com'],
    description: words.allowedMailDomains,
  })
  @MayBeNull()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @IsString({ each: true })
  @Matches(mailDomain, { each: true, message: 'is a domain in lower case, such as example.com' })
  readonly allowedMailDomains?: readonly string[] | null;
}
