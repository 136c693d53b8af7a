import type { FaultName } from './faults/names.js';
import type { PromiseName } from './promises.js';

/** A change to a built file, made while a process loads it; the file on disk stays as it is. */
export interface Graft {
  /** Below `dist`. */
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
}

/** A deliberate bug, to see whether soak sees it. */
export interface Canary {
  readonly what: string;
  readonly graft: Graft;
  /** What it takes to bring it to light. */
  readonly faults: readonly FaultName[];
  /** The promise it breaks. */
  readonly breaks: PromiseName;
  /** Those that may break with it, when clients meet what it did; no others. */
  readonly symptoms: readonly PromiseName[];
}

export const canaries = {
  'forgotten-lock': {
    what: 'an append does not take its turn, so two processes write at once',
    graft: {
      file: 'src/event-store/postgres/migrations.js',
      find: "perform pg_advisory_xact_lock('log.events'::regclass::oid::int, 0);",
      replace: '',
    },
    faults: [],
    breaks: 'answers',
    symptoms: ['quiet'],
  },
  'skipped-event': {
    what: 'the list of keys leaves out rotations',
    graft: {
      file: 'projections/runner/changes.js',
      find: 'const keys = table.keysOf(recorded)',
      replace: `const keys = table.name === 'keys' && recorded.event.type === 'KeyRotated'
        ? [] : table.keysOf(recorded)`,
    },
    faults: [],
    breaks: 'models',
    symptoms: [],
  },
  'ignored-revocation': {
    what: 'the index of a process does not hear of revocations',
    graft: {
      file: 'src/verification/feed.js',
      find: 'for (const recorded of batch.events)take(recorded);',
      replace: "for (const recorded of batch.events)if (recorded.event.type !== 'KeyRevoked')take(recorded);",
    },
    faults: [],
    breaks: 'revoked',
    symptoms: ['elsewhere', 'verdicts'],
  },
  'lost-flush': {
    what: 'the log answers before what it stored is on disk',
    graft: {
      file: 'src/platform/embedded-postgres/postmaster.js',
      find: "jit: 'off',",
      replace: "jit: 'off', synchronous_commit: 'off', wal_writer_delay: '10s',",
    },
    faults: ['kill-both'],
    breaks: 'kept',
    // What a client was told of is gone, so its next command is refused or its key is as it was before. How long
    // coming back takes is up to the machine.
    symptoms: ['answers', 'revoked', 'verdicts', 'refused', 'back'],
  },
  'repeat-done-twice': {
    what: 'a repeated request is carried out again',
    graft: {
      file: 'src/platform/replies.js',
      find: 'const name = marked(request.name);',
      replace: 'const name = marked([...request.name, randomUUID()]);',
    },
    faults: [],
    breaks: 'once',
    symptoms: [],
  },
} as const satisfies Record<string, Canary>;

export type CanaryName = keyof typeof canaries;

export const canaryNames = Object.keys(canaries) as CanaryName[];
