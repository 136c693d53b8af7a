import { ApiProperty } from '@nestjs/swagger';
import type { TokenView } from '../../../application/key/token-view.js';

const instant = { type: String, format: 'date-time', nullable: true } as const;

class TokenAnswer implements TokenView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly keyId!: string;

  @ApiProperty({ format: 'uuid', description: 'The one user who uses the key with it.' })
  readonly userId!: string;

  @ApiProperty({ example: 'ckt_3fQ…x9Za' })
  readonly maskedSecret!: string;

  @ApiProperty({ type: 'integer', description: 'Counts the secrets the token has had.' })
  readonly secretVersion!: number;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty(instant)
  readonly rotatedAt!: string | null;

  @ApiProperty({ ...instant, description: 'The last allowed use that was written down.' })
  readonly lastUsedAt!: string | null;
}

export class TokensAnswer {
  @ApiProperty({ type: [TokenAnswer] })
  readonly items!: readonly TokenView[];
}

export class NewTokenAnswer {
  @ApiProperty({ type: TokenAnswer })
  readonly token!: TokenView;

  @ApiProperty({ description: 'In clear text, shown this once. Keep it where you keep passwords.' })
  readonly secret!: string;
}
