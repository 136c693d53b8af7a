import type { Caller } from '../http-client.js';
import type { World } from './world.js';

export interface Request {
  readonly path: string;
  readonly body?: object;
}

/** A request that is refused, and how. */
export interface Refused extends Request {
  readonly status: number;
  readonly code: string;
  /** Absent: the owner, or nobody where no credential is needed. */
  readonly as?: Caller;
}

/** What must be known of an operation for the tests that hold for all of them. */
export interface Row {
  /**
   * What each asker but the operator is answered, in the order of `askers`; absent: nobody needs a credential.
   */
  readonly statuses?: readonly [number, number, number, number, number, number];
  /** What an operator is answered; absent: they read, and change nothing. */
  readonly operator?: number;
  /** What it is about is the platform's: other teams see it too. */
  readonly isOfAll?: true;
  /** A request that succeeds for who may, about things made for it. */
  readonly request: (world: World) => Promise<Request>;
  /** The refusals that it has beside those of every operation. */
  readonly refusals?: (world: World) => Promise<readonly Refused[]>;
}

export type Rows = Readonly<Record<string, Row>>;

/** An id as any other, of nothing. */
export const nowhere = '01990000-0000-7000-8000-000000000000';

/** An instant that has not come yet. */
export const future = '2999-01-01T00:00:00Z';

/** An operation without body or parameters. */
export function plain(path: string, statuses?: Row['statuses']): Row {
  return { request: async () => ({ path }), ...(statuses && { statuses }) };
}
