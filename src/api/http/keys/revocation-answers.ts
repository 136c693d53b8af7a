import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type Arrival, arrivalOutcomes, type Confirmation, notIncluded } from '../../../domain/key/events.js';
import { OneKeyAnswer } from './answers.js';

class ArrivalAnswer implements Arrival {
  @ApiProperty({ format: 'uuid' })
  readonly processId!: string;

  @ApiProperty({
    enum: arrivalOutcomes,
    description:
      '`confirmed`: it said that it refuses the key. `ended`: it had stopped. `silent`: it did not react until it ' +
      'could answer no verification any more, for it had not seen the log for too long.',
  })
  readonly outcome!: Arrival['outcome'];

  @ApiProperty({ type: 'integer', description: 'Since the revocation was asked for; at most.' })
  readonly afterMilliseconds!: number;
}

class ConfirmationAnswer implements Confirmation {
  @ApiProperty({
    type: [ArrivalAnswer],
    description:
      'All that might have answered when the key was revoked; those that began since began with it.',
  })
  readonly processes!: readonly ArrivalAnswer[];

  @ApiProperty({
    enum: notIncluded,
    isArray: true,
    description: 'What verifies elsewhere, and is not waited for.',
  })
  readonly notIncluded!: Confirmation['notIncluded'];

  @ApiProperty({ format: 'date-time' })
  readonly confirmedAt!: string;
}

export class RevokedKeyAnswer extends OneKeyAnswer {
  @ApiPropertyOptional({ type: ConfirmationAnswer, description: 'With `wait=everywhere`.' })
  readonly receipt?: Confirmation;
}
