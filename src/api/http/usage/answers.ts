import { ApiProperty } from '@nestjs/swagger';
import type { RecordedUsage } from '../../../application/wallet/record-usage.js';

const micros = { type: 'integer', format: 'int64', minimum: 0 } as const;

export class RecordedUsageAnswer implements Omit<RecordedUsage, 'isNew' | 'position'> {
  @ApiProperty({ ...micros, description: 'What the usage costs, in millionths of the currency.' })
  readonly amountMicros!: number;

  @ApiProperty({
    ...micros,
    nullable: true,
    description: 'Of the wallet, after it; null where no wallet pays, and nothing is recorded.',
  })
  readonly balanceMicros!: number | null;

  @ApiProperty({ ...micros, description: 'What of the amount the wallet had not got: it was not taken.' })
  readonly shortfallMicros!: number;
}
