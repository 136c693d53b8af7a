import { benchAppends } from './appends.js';
import { benchBetterAuth } from './better-auth.js';
import { benchDecide } from './decide.js';
import { benchLists } from './lists.js';
import { benchMillion } from './million.js';
import { benchRebuild } from './rebuild.js';
import type { BenchRow } from './row.js';
import type { Stage } from './stage.js';
import { benchVerify } from './verify.js';
import { benchVerifyBatch } from './verify-batch.js';
import { benchVerifyProcesses } from './verify-processes.js';
import { benchVerifyBesideWrites } from './verify-writes.js';
import { benchWrites } from './writes.js';

/** What can be measured, by name. Those that leave most behind in Postgres come last. */
export const suite: Readonly<Record<string, (stage: Stage) => Promise<readonly BenchRow[]>>> = {
  decide: benchDecide,
  verify: benchVerify,
  peer: benchBetterAuth,
  batch: benchVerifyBatch,
  siblings: benchVerifyBesideWrites,
  processes: benchVerifyProcesses,
  appends: benchAppends,
  writes: benchWrites,
  rebuild: benchRebuild,
  million: benchMillion,
  lists: async ({ makeDatabase, tell }) => [await benchLists(makeDatabase, tell)],
};
