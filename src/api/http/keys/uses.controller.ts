import { Controller, Get, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { KeyUsesQuery, type UsedSecret } from '../../../application/key/key-uses.js';
import type { Principal } from '../../../application/principal.js';
import { valueOf } from '../answers.js';
import { Caller } from '../credentials.js';
import { KeyId } from './key-id.js';

const instant = { type: String, format: 'date-time', nullable: true } as const;

class UsedSecretAnswer implements UsedSecret {
  @ApiProperty({ format: 'uuid' })
  readonly secretId!: string;

  @ApiProperty({ example: 'cks_3fQ…x9Za' })
  readonly maskedSecret!: string;

  @ApiProperty({ description: 'Whether it is the one the last rotation made.' })
  readonly current!: boolean;

  @ApiProperty({ ...instant, description: 'From this instant on it is refused; null: as long as the key.' })
  readonly validUntil!: string | null;

  @ApiProperty({ ...instant, description: 'The first allowed use that was written down.' })
  readonly firstUsedAt!: string | null;

  @ApiProperty({ ...instant, description: 'The last allowed use that was written down.' })
  readonly lastUsedAt!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { VALID: 12, WRONG_PROJECT: 1 },
    description: 'Calls by the code they were answered with; codes that never came are absent.',
  })
  readonly counts!: UsedSecret['counts'];
}

class KeyUsesAnswer {
  @ApiProperty({ type: [UsedSecretAnswer] })
  readonly items!: readonly UsedSecret[];
}

@ApiTags('keys')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/keys')
export class KeyUsesController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':keyId/uses')
  @ApiOperation({
    summary: 'How each secret of a key was used, the present one first',
    description: 'Uses are written down within a minute; a killed service may lose what it had not.',
  })
  @ApiOkResponse({ type: KeyUsesAnswer })
  async uses(@Caller() caller: Principal, @Param('keyId', KeyId) keyId: string): Promise<KeyUsesAnswer> {
    return { items: valueOf(await this.queries.execute(new KeyUsesQuery(caller, keyId))) };
  }
}
