import { instant, keyCreated, recorded, use } from '../../test/support/projection-events.js';
import { secretUses } from './table.js';

const uses = recorded('uses-p1-2026-11-21', {
  type: 'KeyUsesRecorded',
  rows: [
    use({ count: 3, lastAt: instant(5) }),
    use({ count: 2, lastAt: instant(9), permission: 'inferences:create' }),
    use({ secretId: 'older-secret-of-k1', count: 1, lastAt: instant(7) }),
    use({ keyId: 'k2', secretId: 'secret-of-k2', count: 4, lastAt: instant(6) }),
    use({ keyId: 'k3', secretId: 'secret-of-k3', code: 'REVOKED', count: 50 }),
  ],
});

describe('the read model last-used', () => {
  it('is about the secrets that were tried, each once', () => {
    expect(secretUses.keysOf(uses)).toEqual([
      'secret-of-k1',
      'older-secret-of-k1',
      'secret-of-k2',
      'secret-of-k3',
    ]);
    expect(secretUses.keysOf(recorded('key-k1', keyCreated()))).toEqual([]);
  });

  it('adds up the uses of a secret over its permissions, and tells the secrets of a key apart', () => {
    const apply = (secretId: string) => secretUses.apply(undefined, uses, secretId, 0);
    expect(apply('secret-of-k1')).toEqual({
      secretId: 'secret-of-k1',
      keyId: 'k1',
      firstUsedAt: instant(0),
      lastUsedAt: instant(9),
      uses: 5,
      counts: { VALID: 5 },
    });
    expect(apply('older-secret-of-k1')).toMatchObject({ lastUsedAt: instant(7), uses: 1 });
  });

  it('counts the uses of a token for its key, by the id of the token', () => {
    const { secretId: _, ...row } = { secretId: '', ...use({ count: 2, lastAt: instant(3) }) };
    const event = { type: 'KeyUsesRecorded', rows: [{ ...row, tokenId: 'token-1' }] } as const;
    const told = recorded('uses-p1-2026-11-21', event);
    expect(secretUses.keysOf(told)).toEqual(['token-1']);
    expect(secretUses.apply(undefined, told, 'token-1', 0)).toMatchObject({
      secretId: 'token-1',
      keyId: 'k1',
      lastUsedAt: instant(3),
      uses: 2,
    });
  });

  const known = {
    secretId: 'secret-of-k1',
    keyId: 'k1',
    firstUsedAt: instant(50),
    lastUsedAt: instant(100),
    uses: 10,
    counts: { VALID: 10 },
  };

  it('keeps the first and the last time when another process tells of an earlier use later', () => {
    expect(secretUses.apply(known, uses, 'secret-of-k1', 0)).toEqual({
      ...known,
      firstUsedAt: instant(0),
      uses: 15,
      counts: { VALID: 15 },
    });
  });

  it('counts a refused call by its code and does not take it for a use', () => {
    const refused = { ...known, secretId: 'secret-of-k3' };
    expect(secretUses.apply(refused, uses, 'secret-of-k3', 0)).toEqual({
      ...refused,
      counts: { VALID: 10, REVOKED: 50 },
    });
    expect(secretUses.apply(undefined, uses, 'secret-of-k3', 0)).toMatchObject({
      firstUsedAt: null,
      lastUsedAt: null,
      uses: 0,
      counts: { REVOKED: 50 },
    });
  });
});
