import { createPool } from '../src/platform/postgres.js';
import { createAccessIndex } from '../src/verification/access-index.js';
import { loadIndex } from '../src/verification/load.js';
import { answerQuestions } from './workers.js';

export interface IndexMemory {
  readonly keysCount: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Loads the verification index as the service does when it starts, and weighs it. The argument: a database. */
answerQuestions(async (url: string): Promise<IndexMemory> => {
  const pool = createPool(url, { applicationName: 'bench-index', statementTimeoutMilliseconds: 0 });
  const index = createAccessIndex();
  const before = bytesInUse();
  const began = performance.now();
  await loadIndex(pool, index);
  const seconds = (performance.now() - began) / 1_000;
  const bytes = bytesInUse() - before;
  await pool.end();
  return { keysCount: index.keysCount(), bytes, seconds };
});

/** What is left when all garbage is gone, buffers outside the heap included. */
function bytesInUse(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
