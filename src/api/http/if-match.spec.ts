import fc from 'fast-check';
import { expectedRevisionOf } from './if-match.js';
import { HttpProblem } from './problem.js';

it.each([
  [undefined, undefined],
  ['*', undefined],
  ['"7"', 7],
  ['"0"', 0],
])('If-Match: %s asks for %s', (header, revision) => {
  expect(expectedRevisionOf(header)).toBe(revision);
});

it.each(['W/"7"', '"abc"', '"07"', '""', '"9999999999999999"'])('%s matches no revision', (header) => {
  expect(expectedRevisionOf(header)).toBe(-1);
});

it.each(['7', '"7", "8"', '"7"x', 'w/"7"', '', '"'])('%j is refused by the name of the header', (header) => {
  let thrown: unknown;
  try {
    expectedRevisionOf(header);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(HttpProblem);
  expect((thrown as HttpProblem).code).toBe('request.invalid');
  expect((thrown as HttpProblem).more.errors?.[0]?.pointer).toBe('/If-Match');
});

it('reads every revision it may have answered, and nothing else as one', () => {
  fc.assert(
    fc.property(fc.nat(), (revision) => {
      expect(expectedRevisionOf(`"${revision}"`)).toBe(revision);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (header) => {
      try {
        const revision = expectedRevisionOf(header);
        if (revision !== undefined && revision >= 0) expect(header).toBe(`"${revision}"`);
      } catch (error) {
        expect((error as HttpProblem).status).toBe(400);
      }
    }),
  );
});
