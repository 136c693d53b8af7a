import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { handOver } from './account.js';
import type { Cluster } from './cluster.js';

/**
 * The port of the cluster, remembered from its last start, or a new one where that is taken. Below
 * the range that systems give to outgoing connections, so that nothing moves in while Postgres
 * restarts, and no client that waits for it connects to itself.
 */
export async function choosePort({ directory, account }: Cluster): Promise<number> {
  const file = join(directory, 'port');
  const remembered = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (remembered > 0 && (await isFree(remembered))) return remembered;
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(15_000, 30_000);
    if (!(await isFree(port))) continue;
    writeFileSync(file, String(port));
    handOver(file, account);
    return port;
  }
  throw new Error('No free port was found on 127.0.0.1 for the embedded PostgreSQL.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
