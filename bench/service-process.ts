import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The product itself, started as `npm start` starts it. */
export interface ServiceProcess {
  readonly url: string;
  /** From the start of the process until it said that it serves. */
  readonly startSeconds: number;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../bundle/main.js', import.meta.url));

/**
 * @param settings environment variables
 * @throws Error with what it said when it ends instead of serving
 */
export async function startServiceProcess(
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, COMPASS_HTTP_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is told to a whole group, and the service must not stop before the benchmark says so.
    detached: true,
  });
  const exited = once(child, 'exit');
  let output = '';
  const serving = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      // Later it only says what it was asked, which is read so that it does not wait.
      if (output.length > 100_000) return;
      output += chunk.toString();
      const url = /^ +API +(http\S+)$/m.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const ended = exited.then(() => undefined);
  const url = await Promise.race([serving, ended]);
  if (url === undefined) throw new Error(`The service did not start:\n${output}`);
  return {
    url,
    startSeconds: (performance.now() - startedAt) / 1_000,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
