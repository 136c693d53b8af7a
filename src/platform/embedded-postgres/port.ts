import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { handOver } from './account.js';
import type { Cluster } from './cluster.js';

/** The port of the last start, if there was one. */
export function rememberedPort({ directory }: Cluster): number | undefined {
  const file = fileOf(directory);
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined;
}

/**
 * The port of the cluster, remembered from its last start, or a new one where that is taken. Below
 * the range that systems give to outgoing connections, so that nothing moves in while Postgres
 * restarts, and no client that waits for it connects to itself.
 */
export async function choosePort(cluster: Cluster): Promise<number> {
  const remembered = rememberedPort(cluster);
  if (remembered !== undefined && (await isFree(remembered))) return remembered;
  const file = fileOf(cluster.directory);
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(15_000, 30_000);
    if (!(await isFree(port))) continue;
    writeFileSync(file, String(port));
    handOver(file, cluster.account);
    return port;
  }
  throw new Error('No free port was found on 127.0.0.1 for the embedded PostgreSQL.');
}

const fileOf = (directory: string) => join(directory, 'port');

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
