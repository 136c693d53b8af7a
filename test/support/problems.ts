import type { Problem } from '../../src/api/http/problem.js';
import type { Answer } from './http-client.js';

/** Checks that an answer is a problem document as every error must be, of this status and code. */
export function expectProblem(answer: Answer<unknown>, status: number, code: string): Problem {
  const problem = expectDocument(answer);
  expect([answer.status, problem.code]).toEqual([status, code]);
  return problem;
}

/** What every problem document keeps to, whatever it is about. */
export function expectDocument({ status, headers, body }: Answer<unknown>): Problem {
  const problem = body as Problem;
  expect(headers['content-type']).toBe('application/problem+json');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(problem).toEqual({
    type: `urn:compass-keys:problem:${problem.code}`,
    title: expect.any(String),
    status,
    detail: expect.stringMatching(/\.$/),
    code: expect.stringMatching(/^[a-z_]+\.[a-z_]+$/),
    requestId: headers['x-request-id'],
    ...(problem.errors && { errors: problem.errors }),
  });
  for (const error of problem.errors ?? []) {
    expect(error).toEqual({ pointer: expect.any(String), message: expect.any(String) });
  }
  return problem;
}

/** Where the problem's errors point to. */
export function pointersOf({ errors = [] }: Problem): string[] {
  return errors.map(({ pointer }) => pointer);
}
