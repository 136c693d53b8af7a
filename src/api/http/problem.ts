import { STATUS_CODES } from 'node:http';

export const problemContentType = 'application/problem+json';

/** What is wrong with one field. */
export interface FieldError {
  /** JSON pointer (RFC 6901) into the body, or `/<name>` of a query parameter or header; empty for the whole. */
  readonly pointer: string;
  /** Completes a sentence that begins with the field, such as `must be a string`. */
  readonly message: string;
}

/** Every error of the HTTP API: a problem document of RFC 9457. */
export interface Problem {
  /** Names the code as a URI; nothing is served there. */
  readonly type: string;
  /** The reason phrase of the status. */
  readonly title: string;
  readonly status: number;
  /** A sentence for the person who reads it. */
  readonly detail: string;
  /** `noun.what_is_wrong`, for the program that reads it; never renamed. */
  readonly code: string;
  readonly errors?: readonly FieldError[];
  /** As in the `X-Request-Id` of the answer. */
  readonly requestId: string;
}

export interface ProblemExtras {
  readonly requestId: string;
  readonly errors?: readonly FieldError[] | undefined;
}

export function problem(code: string, status: number, detail: string, extras: ProblemExtras): Problem {
  const { requestId, errors } = extras;
  return {
    type: `urn:compass-keys:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    ...(errors && { errors }),
    requestId,
  };
}

export interface ProblemMore {
  readonly errors?: readonly FieldError[];
  /** Headers of the answer, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where a request cannot go on; `answerError` makes the problem document of it. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    readonly more: ProblemMore = {},
  ) {
    super(`${status} ${code}`);
  }
}

/** A key as it stands in a JSON pointer. */
export function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
