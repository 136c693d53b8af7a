import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DataDirectory, makeDataDirectory } from '../support/data-directory.js';
import { spawnService } from '../support/spawned-service.js';

/** Lists would stand still, and nobody would know: so a service does not go on without those who keep them. */

let data: DataDirectory;
beforeAll(() => {
  data = makeDataDirectory();
});
afterAll(() => data.remove());

/** Loaded before the service: does something in the thread as soon as a file is there. */
function inThread(file: string, what: string): Record<string, string> {
  const code = `
    import { existsSync } from 'node:fs';
    import { isMainThread } from 'node:worker_threads';
    if (!isMainThread) setInterval(() => { if (existsSync(${JSON.stringify(file)})) ${what} }, 20);`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

test.each([
  ['breaks', "throw new Error('broken by a test');"],
  ['ends', 'process.exit(0);'],
])('a thread that %s takes the process with it, which says why', async (name, what) => {
  const file = join(data.path, name);
  const service = await spawnService({ COMPASS_DATA_DIR: data.path, ...inThread(file, what) });
  writeFileSync(file, '');
  expect(await service.exited).toEqual({ code: 1, signal: null });
  expect(service.output()).toContain('The thread that keeps the read models broke.');
});
