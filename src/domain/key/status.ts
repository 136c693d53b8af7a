/** In the order of deciding: the first that fits is the status. */
export const keyStatuses = ['REVOKED', 'EXPIRED', 'INACTIVE', 'ACTIVE'] as const;

export type KeyStatus = (typeof keyStatuses)[number];

/** A key's status is derived, never stored: expiry needs no event to take effect. Instants are ISO texts. */
export function keyStatus(
  key: {
    readonly revokedAt: string | null;
    readonly expiresAt: string | null;
    readonly isDisabled: boolean;
  },
  at: string,
): KeyStatus {
  if (key.revokedAt !== null) return 'REVOKED';
  if (key.expiresAt !== null && at >= key.expiresAt) return 'EXPIRED';
  return key.isDisabled ? 'INACTIVE' : 'ACTIVE';
}
