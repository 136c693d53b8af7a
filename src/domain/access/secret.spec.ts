import { crc32 as nodeCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { crc32 } from './crc32.js';
import { containsSecret, formatSecret, isWellFormedSecret, maskSecret, secretPrefixes } from './secret.js';

const prefix = fc.constantFrom(...Object.values(secretPrefixes));
const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a secret', () => {
  it('has one form for good', () => {
    const secret = formatSecret(
      'cks',
      Uint8Array.from({ length: 32 }, (_, i) => i),
    );
    expect(secret).toBe('cks_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf345QmY');
  });

  it('is recognised by its form and checksum, whatever the chance', () => {
    fc.assert(fc.property(prefix, bytes, (p, b) => isWellFormedSecret(formatSecret(p, b))));
  });

  it('is refused after any change of one character', () => {
    fc.assert(
      fc.property(
        prefix,
        bytes,
        fc.nat(48),
        fc.constantFrom('0', '9', 'A', 'Z', 'a', 'z'),
        (p, b, at, other) => {
          const secret = formatSecret(p, b);
          const index = 4 + at;
          fc.pre(secret[index] !== other);
          expect(isWellFormedSecret(secret.slice(0, index) + other + secret.slice(index + 1))).toBe(false);
        },
      ),
    );
  });

  it('is found inside any text', () => {
    fc.assert(
      fc.property(fc.string(), prefix, bytes, fc.string(), (before, p, b, after) => {
        expect(containsSecret(before + formatSecret(p, b) + after)).toBe(true);
      }),
    );
  });

  it('is not seen in text that only looks like one', () => {
    expect(containsSecret(`cks_${'a'.repeat(49)}`)).toBe(false);
    expect(containsSecret('nothing here')).toBe(false);
  });

  it('is masked so that 11 characters remain', () => {
    const secret = formatSecret('cka', new Uint8Array(32).fill(255));
    expect(maskSecret(secret)).toBe(`${secret.slice(0, 7)}…${secret.slice(-4)}`);
  });
});

describe('the checksum', () => {
  it('is CRC-32/ISO-HDLC', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(crc32(text)).toBe(nodeCrc32(text));
      }),
    );
  });
});
