import { HttpProblem, pointerPart, problem } from './problem.js';

describe('a problem document', () => {
  it('names the problem for a program, and explains it to a person', () => {
    const errors = [{ pointer: '/name', message: 'must be a string' }];
    expect(problem('request.invalid', 400, 'It is not.', { requestId: 'r', errors })).toEqual({
      type: 'urn:compass-keys:problem:request.invalid',
      title: 'Bad Request',
      status: 400,
      detail: 'It is not.',
      code: 'request.invalid',
      errors,
      requestId: 'r',
    });
  });

  it('has no errors where no field is in error', () => {
    expect(problem('key.not_found', 404, 'There is none.', { requestId: 'r' })).not.toHaveProperty('errors');
  });

  it('is thrown under its code, without its detail', () => {
    expect(new HttpProblem('key.not_found', 404, 'There is none.').message).toBe('404 key.not_found');
  });

  it('points to keys as RFC 6901 says', () => {
    expect(['a/b', 'm~n', '~1', ''].map(pointerPart)).toEqual(['a~1b', 'm~0n', '~01', '']);
  });
});
