import type { VerdictCode } from '../access/verdict.js';

/** Calls of one kind with one secret or token of one key since the last flush. */
export type UseRow = Uses & ({ readonly secretId: string } | { readonly tokenId: string });

interface Uses {
  readonly keyId: string;
  readonly code: VerdictCode;
  /** The permission that was asked for, if one was. */
  readonly permission?: string;
  /** The service that was asked for, or that granted what was. */
  readonly service?: string;
  /** The model that was asked for, if it is one of the key's resources or services. */
  readonly model?: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** One event per team and flush, never one per call. */
export interface KeyUsesRecorded {
  readonly type: 'KeyUsesRecorded';
  readonly rows: readonly UseRow[];
}

export type UsesEvent = KeyUsesRecorded;

/** One stream per process and UTC day, so that no stream grows for ever and no two processes race. */
export const usesStream = (processId: string, day: string): string => `uses-${processId}-${day}`;
