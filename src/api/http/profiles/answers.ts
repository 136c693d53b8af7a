import { ApiProperty } from '@nestjs/swagger';
import type { ProfileView } from '../../../application/profile/get-profile.js';
import type { Settings } from '../../../domain/profile/settings.js';
import { type ProfileStatus, profileStatuses } from '../../../domain/profile/state.js';

export class BiasProfileAnswer implements ProfileView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly teamId!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { tone: 'kind' } })
  readonly settings!: Settings;

  @ApiProperty({ enum: profileStatuses })
  readonly status!: ProfileStatus;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ type: 'integer', description: "Events of the profile's stream; also its ETag." })
  readonly revision!: number;
}

export class OneBiasProfileAnswer {
  @ApiProperty({ type: BiasProfileAnswer })
  readonly biasProfile!: ProfileView;
}

export class BiasProfilePageAnswer {
  @ApiProperty({ type: [BiasProfileAnswer] })
  readonly items!: readonly ProfileView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page; null on the last one.',
  })
  readonly nextCursor!: string | null;
}
