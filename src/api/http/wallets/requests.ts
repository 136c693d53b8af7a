import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import type { OpenWalletRequest } from '../../../application/wallet/open-wallet.js';
import type { TopUpRequest } from '../../../application/wallet/top-up-wallet.js';
import { type EntryType, entryTypes } from '../../../domain/wallet/entry.js';
import { MayBeAbsent, RequiredText } from '../fields.js';
import { PageQuery } from '../pages.js';

export class OpenWalletBody implements OpenWalletRequest {
  @RequiredText({ maxLength: 100, description: 'For people.', example: 'Research' })
  readonly name!: string;

  @ApiProperty({ example: 'USD', pattern: '^[A-Z]{3}$', description: 'ISO 4217. It never changes.' })
  @IsString()
  @Matches(/^[A-Z]{3}$/, { message: 'is three capital letters, such as USD' })
  readonly currency!: string;
}

export class TopUpBody implements TopUpRequest {
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    example: 25_000_000,
    description: "Millionths of the wallet's currency.",
  })
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly amountMicros!: number;

  @RequiredText({ maxLength: 200, description: 'Where the money came from.', example: 'Invoice 2026-11' })
  readonly reference!: string;
}

export class LedgerQuery extends PageQuery {
  @ApiPropertyOptional({ enum: entryTypes })
  @MayBeAbsent()
  @IsIn(entryTypes)
  readonly type?: EntryType;
}
