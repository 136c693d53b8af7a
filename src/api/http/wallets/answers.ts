import { ApiProperty } from '@nestjs/swagger';
import type { WalletView } from '../../../application/wallet/get-wallet.js';
import type { Quantity } from '../../../domain/service/estimate.js';
import { type EntryType, entryTypes, type WalletEntry } from '../../../domain/wallet/entry.js';

const micros = { type: 'integer', format: 'int64', minimum: 0 } as const;
const nextCursor = {
  type: String,
  nullable: true,
  description: 'The cursor of the next page; null on the last one.',
};

export class WalletAnswer implements WalletView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly teamId!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ example: 'USD', description: 'ISO 4217. It never changes.' })
  readonly currency!: string;

  @ApiProperty({ ...micros, description: 'Millionths of the currency.' })
  readonly balanceMicros!: number;

  @ApiProperty({ format: 'date-time' })
  readonly openedAt!: string;

  @ApiProperty({ type: 'integer', description: "Events of the wallet's stream; also its ETag." })
  readonly revision!: number;
}

export class OneWalletAnswer {
  @ApiProperty({ type: WalletAnswer })
  readonly wallet!: WalletView;
}

export class WalletPageAnswer {
  @ApiProperty({ type: [WalletAnswer] })
  readonly items!: readonly WalletView[];

  @ApiProperty(nextCursor)
  readonly nextCursor!: string | null;
}

export class QuantityAnswer implements Quantity {
  @ApiProperty({ example: 'input_tokens' })
  readonly unit!: string;

  @ApiProperty(micros)
  readonly quantity!: number;
}

export class WalletEntryAnswer implements WalletEntry {
  @ApiProperty({ format: 'uuid', description: 'Of the event.' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly walletId!: string;

  @ApiProperty({ type: 'integer', description: "Its place in the wallet's stream." })
  readonly revision!: number;

  @ApiProperty({ enum: entryTypes })
  readonly type!: EntryType;

  @ApiProperty({ ...micros, description: 'What was put in, or what a usage costs.' })
  readonly amountMicros!: number;

  @ApiProperty({ ...micros, description: 'What of a usage the wallet had not got: it was not taken.' })
  readonly shortfallMicros!: number;

  @ApiProperty({ ...micros, description: 'After it.' })
  readonly balanceMicros!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Of a top-up.' })
  readonly reference!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Of a debit, as is what follows.' })
  readonly usageId!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly keyId!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly serviceId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly model!: string | null;

  @ApiProperty({ type: [QuantityAnswer], nullable: true })
  readonly quantities!: readonly Quantity[] | null;

  @ApiProperty({ type: 'integer', nullable: true })
  readonly priceVersion!: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'As it was reported.' })
  readonly occurredAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly at!: string;
}

export class LedgerPageAnswer {
  @ApiProperty({ type: [WalletEntryAnswer] })
  readonly items!: readonly WalletEntry[];

  @ApiProperty(nextCursor)
  readonly nextCursor!: string | null;
}
