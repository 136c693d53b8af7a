import { ApiProperty } from '@nestjs/swagger';
import { IsString, IsUUID, Matches } from 'class-validator';
import type { UsageReport } from '../../../application/wallet/record-usage.js';
import { LowerCase, OptionalInstant, RequiredText } from '../fields.js';
import { Quantities } from '../services/quantities.js';

export class RecordUsageBody implements UsageReport {
  @ApiProperty({
    pattern: '^[\\x21-\\x7e]{1,200}$',
    description: 'Made by whoever meters, such as the id of the request: each is debited once for ever.',
  })
  @IsString()
  @Matches(/^[\x21-\x7e]{1,200}$/, {
    message: 'has 1 to 200 printable ASCII characters, none of them a space',
  })
  readonly usageId!: string;

  @ApiProperty({ format: 'uuid', description: 'The key that used something.' })
  @LowerCase()
  @IsUUID()
  readonly keyId!: string;

  @ApiProperty({ format: 'uuid', description: 'A service of the key.' })
  @LowerCase()
  @IsUUID()
  readonly serviceId!: string;

  @RequiredText({ maxLength: 100, description: 'One of the service.', example: 'jais-30b' })
  readonly model!: string;

  @Quantities()
  readonly quantities!: Readonly<Record<string, number>>;

  @OptionalInstant({ description: 'When it was used, as whoever meters says.' })
  readonly occurredAt?: string;
}
