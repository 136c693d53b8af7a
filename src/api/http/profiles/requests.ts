import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsObject } from 'class-validator';
import type { CreateProfileRequest } from '../../../application/profile/create-profile.js';
import type { UpdateProfileRequest } from '../../../application/profile/update-profile.js';
import type { Settings } from '../../../domain/profile/settings.js';
import { type ProfileStatus, profileStatuses } from '../../../domain/profile/state.js';
import { MayBeAbsent, OptionalText, RequiredText } from '../fields.js';
import { PageQuery } from '../pages.js';
import { FreeForm } from '../shape.js';

const name = { maxLength: 100, description: 'For people.', example: 'Cautious' };
const settings = {
  type: 'object',
  additionalProperties: true,
  description: 'Any JSON object of at most 8 KiB in UTF-8. Verification hands it on as it is.',
  example: { tone: 'kind' },
} as const;

export class CreateBiasProfileBody implements CreateProfileRequest {
  @RequiredText(name)
  readonly name!: string;

  @ApiProperty(settings)
  @FreeForm()
  @IsObject()
  readonly settings!: Settings;
}

export class UpdateBiasProfileBody implements UpdateProfileRequest {
  @OptionalText(name)
  readonly name?: string;

  @ApiPropertyOptional({ ...settings, description: `${settings.description} Replaced whole.` })
  @FreeForm()
  @MayBeAbsent()
  @IsObject()
  readonly settings?: Settings;
}

export class ListBiasProfilesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: profileStatuses })
  @MayBeAbsent()
  @IsIn(profileStatuses)
  readonly status?: ProfileStatus;
}
