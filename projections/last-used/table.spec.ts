import { instant, keyCreated, recorded, use } from '../../test/support/projection-events.js';
import { keyUses, secretUses } from './table.js';

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
  it('is about the keys and secrets whose uses were allowed, each once', () => {
    expect(keyUses.keysOf(uses)).toEqual(['k1', 'k2']);
    expect(secretUses.keysOf(uses)).toEqual(['secret-of-k1', 'older-secret-of-k1', 'secret-of-k2']);
    expect(keyUses.keysOf(recorded('key-k1', keyCreated()))).toEqual([]);
  });

  it('adds up the uses of a key over its secrets and permissions', () => {
    expect(keyUses.apply(undefined, uses, 'k1', 0)).toEqual({ keyId: 'k1', lastUsedAt: instant(9), uses: 6 });
  });

  it('tells the secrets of a key apart', () => {
    const apply = (secretId: string) => secretUses.apply(undefined, uses, secretId, 0);
    expect(apply('secret-of-k1')).toEqual({
      secretId: 'secret-of-k1',
      keyId: 'k1',
      lastUsedAt: instant(9),
      uses: 5,
    });
    expect(apply('older-secret-of-k1')).toMatchObject({ lastUsedAt: instant(7), uses: 1 });
  });

  it('keeps the latest time when another process tells of an earlier use later', () => {
    const known = { keyId: 'k1', lastUsedAt: instant(100), uses: 10 };
    expect(keyUses.apply(known, uses, 'k1', 0)).toEqual({ keyId: 'k1', lastUsedAt: instant(100), uses: 16 });
  });

  it('does not take a refused call for a use', () => {
    const known = { keyId: 'k3', lastUsedAt: instant(1), uses: 1 };
    expect(keyUses.apply(known, uses, 'k3', 0)).toBe(known);
    expect(keyUses.apply(undefined, uses, 'k3', 0)).toBeUndefined();
  });
});
