import fc from 'fast-check';
import { comparePositions, type Position } from './port.js';

/** Numbers of any length, as somebody outside may write them too: with zeros in front. */
const number = fc
  .tuple(fc.constantFrom('', '', '0', '00'), fc.bigInt({ min: 0n, max: 10n ** 18n }))
  .map(([zeros, value]) => `${zeros}${value}`);
const position = fc.oneof(
  number,
  fc.tuple(number, number).map((pair) => pair.join('.')),
) as fc.Arbitrary<Position>;

it('compares positions by their numbers, the first first, and what is missing is zero', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      const [c = 0n, d = 0n] = a.split('.').map(BigInt);
      const [e = 0n, f = 0n] = b.split('.').map(BigInt);
      const difference = c === e ? d - f : c - e;
      expect(comparePositions(a, b)).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
    }),
    {
      examples: [
        ['10' as Position, '9' as Position],
        ['5' as Position, '05' as Position],
      ],
    },
  );
});
