import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { usesOfKey } from '../../../projections/last-used/queries.js';
import type { SecretUse } from '../../../projections/last-used/table.js';
import { type KeyRotated, keyStream, type SecretRecord } from '../../domain/key/events.js';
import type { Ledger } from '../../event-store/ledger.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result } from '../result.js';
import { findTarget } from './find-target.js';

/** A secret that a key has or had, and how it was used. Times are ISO instants. */
export interface UsedSecret extends Pick<SecretUse, 'firstUsedAt' | 'lastUsedAt' | 'counts'> {
  readonly secretId: string;
  readonly maskedSecret: string;
  /** Whether it is the one that the last rotation made. */
  readonly current: boolean;
  /** From this instant on it is refused; null: as long as the key. */
  readonly validUntil: string | null;
}

type Secret = Pick<SecretRecord, 'secretId' | 'maskedSecret' | 'validUntil'>;

/** The uses of each secret of a key, the present secret first. */
export class KeyUsesQuery extends Query<Result<readonly UsedSecret[]>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
  ) {
    super();
  }
}

@QueryHandler(KeyUsesQuery)
export class KeyUsesHandler implements IQueryHandler<KeyUsesQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, keyId }: KeyUsesQuery): Promise<Result<readonly UsedSecret[]>> {
    const target = await findTarget(this.parts, principal, 'keys.read', keyId);
    if (!target.ok) return target;
    const [secrets, uses] = await Promise.all([
      secretsOf(this.parts.ledger, keyId),
      usesOfKey(this.parts.readDb, keyId),
    ]);
    const bySecret = new Map(uses.map((use) => [use.secretId, use]));
    return done(
      secrets.toReversed().map(({ secretId, maskedSecret, validUntil }, index) => ({
        secretId,
        maskedSecret,
        current: index === 0,
        validUntil,
        firstUsedAt: bySecret.get(secretId)?.firstUsedAt ?? null,
        lastUsedAt: bySecret.get(secretId)?.lastUsedAt ?? null,
        counts: bySecret.get(secretId)?.counts ?? {},
      })),
    );
  }
}

/** Every secret a key has had, oldest first. */
async function secretsOf(ledger: Ledger, keyId: string): Promise<readonly Secret[]> {
  let secrets: readonly Secret[] = [];
  for await (const { event } of ledger.readStream(keyStream(keyId))) {
    if (event.type === 'KeyCreated') secrets = [event.secret];
    if (event.type === 'KeyRotated') secrets = rotated(secrets, event);
    if (event.type === 'KeyRevoked') secrets = secrets.map((secret) => ended(secret, event.revokedAt));
  }
  return secrets;
}

/** The replaced secret is good for the grace; all older ones end now. */
function rotated(secrets: readonly Secret[], event: KeyRotated): readonly Secret[] {
  const { secret, previousSecretId, previousValidUntil, rotatedAt } = event;
  const before = secrets.map((one) =>
    ended(one, one.secretId === previousSecretId ? previousValidUntil : rotatedAt),
  );
  return [...before, secret];
}

function ended(secret: Secret, at: string): Secret {
  return secret.validUntil !== null && secret.validUntil <= at ? secret : { ...secret, validUntil: at };
}
