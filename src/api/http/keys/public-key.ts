import { ApiProperty } from '@nestjs/swagger';
import { scopes } from '../../../domain/access/permissions.js';
import type { KeyAccess } from '../../../domain/access/verdict.js';
import type { Scope } from '../../../domain/key/events.js';

/**
 * All that a public key learns of itself: it stands in a web page, so whoever asks with it may be anyone. It
 * has no name, no team and no people in it.
 */
export class PublicKeyAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly projectId!: string;

  @ApiProperty({ enum: [true] })
  readonly public!: true;

  @ApiProperty({ enum: ['ACTIVE'], description: 'Any other is refused before it can ask.' })
  readonly status!: 'ACTIVE';

  @ApiProperty({ enum: scopes, isArray: true })
  readonly scopes!: readonly Scope[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly expiresAt!: string | null;
}

export class OnePublicKeyAnswer {
  @ApiProperty({ type: PublicKeyAnswer })
  readonly key!: PublicKeyAnswer;
}

/** @param access of a key that is valid right now */
export function publicAnswer({ keyId, projectId, scopes, expiresAt }: KeyAccess): OnePublicKeyAnswer {
  return { key: { id: keyId, projectId, public: true, status: 'ACTIVE', scopes, expiresAt } };
}
