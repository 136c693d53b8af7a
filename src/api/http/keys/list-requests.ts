import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { type KeySort, keySorts } from '../../../application/key/list-keys.js';
import type { Moment } from '../../../application/key/past.js';
import { scopes } from '../../../domain/access/permissions.js';
import { type KeyRole, type KeyType, keyTypes, type Scope, type Tier } from '../../../domain/key/events.js';
import { type KeyStatus, keyStatuses } from '../../../domain/key/status.js';
import { problemOfRefusal } from '../answers.js';
import { MayBeAbsent, OptionalId, OptionalInstant, OptionalText } from '../fields.js';
import { PageQuery } from '../pages.js';

const tiers = ['free', 'paid'] as const;
const roles = ['admin', 'member'] as const;

/** Said of every filter that no index answers. */
const scans = 'Looks at every key the other filters leave, at most 100,000.';

export class ListKeysQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: keySorts,
    default: '-createdAt',
    description:
      'A minus is descending. Names by their code points; keys that never expire come after all others, keys ' +
      `never used before them. \`expiresAt\` and \`lastUsedAt\`: ${scans}`,
  })
  @MayBeAbsent()
  @IsIn(keySorts)
  readonly sort: KeySort = '-createdAt';

  @OptionalInstant({ description: 'The keys as they were then, of at most 10,000 ever made in the team.' })
  readonly asOf?: string;

  @OptionalId({ description: 'Keys that act in this project.' })
  readonly projectId?: string;

  @ApiPropertyOptional({ enum: keyStatuses, description: 'Keys with this status now, or as of `asOf`.' })
  @MayBeAbsent()
  @IsIn(keyStatuses)
  readonly status?: KeyStatus;

  @ApiPropertyOptional({ enum: keyTypes, description: 'Service accounts or personal tokens.' })
  @MayBeAbsent()
  @IsIn(keyTypes)
  readonly type?: KeyType;

  @OptionalText({ maxLength: 100, description: 'Keys of exactly this environment.' })
  readonly environment?: string;

  @OptionalId({ description: 'Keys that this user is assigned to.' })
  readonly userId?: string;

  @OptionalId({ description: 'Keys that this resource is assigned to.' })
  readonly resourceId?: string;

  @OptionalText({ maxLength: 200, description: 'Keys with exactly this external id.' })
  readonly externalId?: string;

  @OptionalText({ maxLength: 100, description: 'Keys with this label among theirs.' })
  readonly label?: string;

  @ApiPropertyOptional({
    minLength: 3,
    maxLength: 100,
    description: 'Part of the name in any case, with three letters or digits in a row.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(100)
  @Matches(/[\p{L}\p{N}]{3}/u, { message: 'has at least three letters or digits in a row' })
  @Matches(/^\P{Cc}*$/u, { message: 'has no control characters' })
  readonly q?: string;

  @OptionalInstant({ description: 'Made at or after this instant.' })
  readonly createdAfter?: string;

  @OptionalInstant({ description: 'Made before this instant.' })
  readonly createdBefore?: string;

  @ApiPropertyOptional({ enum: tiers, description: scans })
  @MayBeAbsent()
  @IsIn(tiers)
  readonly tier?: Tier;

  @OptionalText({ maxLength: 100, description: `Keys of exactly this department. ${scans}` })
  readonly department?: string;

  @OptionalText({
    maxLength: 254,
    description: `Keys of exactly this requestor; for owners, admins and auditors only. ${scans}`,
  })
  readonly requestor?: string;

  @OptionalText({ maxLength: 100, description: `Keys of exactly this application. ${scans}` })
  readonly appId?: string;

  @ApiPropertyOptional({ enum: scopes, description: `Keys with this scope among theirs. ${scans}` })
  @MayBeAbsent()
  @IsIn(scopes)
  readonly scope?: Scope;

  @ApiPropertyOptional({ enum: roles, description: `Keys with this role. ${scans}` })
  @MayBeAbsent()
  @IsIn(roles)
  readonly role?: KeyRole;

  @OptionalId({ description: `Keys this bias profile is attached to. ${scans}` })
  readonly biasProfileId?: string;

  @OptionalId({ description: `Keys that have this service. ${scans}` })
  readonly serviceId?: string;

  @OptionalInstant({ description: `Keys that expire before this instant, expired ones too. ${scans}` })
  readonly expiresBefore?: string;

  @OptionalInstant({
    description: `Keys that were used, the last time before this instant. ${scans} Not with \`asOf\`.`,
  })
  readonly lastUsedBefore?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: `Keys that were never used (true), or were (false). ${scans} Not with \`asOf\`.`,
  })
  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => ({ true: true, false: false })[String(value)] ?? value)
  @IsBoolean()
  readonly neverUsed?: boolean;
}

export class MomentQuery {
  @OptionalInstant({
    description: 'The key as it was then. Of a key that was deleted since: for those who may read the audit.',
  })
  readonly asOf?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'The key as this revision left it.' })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  readonly revision?: number;
}

/** @returns undefined for now */
export function momentOf({ asOf, revision }: MomentQuery): Moment | undefined {
  if (asOf !== undefined && revision !== undefined) throw problemOfRefusal({ code: 'past.ambiguous' });
  if (asOf !== undefined) return { asOf };
  return revision === undefined ? undefined : { revision };
}
