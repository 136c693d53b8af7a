import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundle } from '../src/bundle.js';
import { isAlive } from '../src/platform/embedded-postgres/process.js';
import { type CanaryName, canaries, type Graft } from './canaries.js';

/**
 * Followers promise to bear it: each event is there already, and their position says so. Who is started without the
 * lever, such as the command line, is delivered to as ever.
 */
const delivery: Graft = {
  file: 'src/event-store/ledger.js',
  find: 'for await (const batch of store.follow(asked)){',
  replace:
    'for await (const batch of globalThis.compassSoakDeliver?.(store.follow(asked)) ?? store.follow(asked)){',
};

/** The programs of the product, bundled as for `npm start`, with a lever that it does not have, and maybe a bug. */
export interface Programs {
  readonly service: string;
  readonly admin: string;
  remove(): void;
}

const built = fileURLToPath(new URL('../', import.meta.url));
/** Before the number of the process whose programs they are. */
const prefix = 'soak-programs-';

/** @throws Error when a file does not hold what is to be changed in it */
export async function bundleGrafted(canary: CanaryName | undefined): Promise<Programs> {
  const grafts = canary === undefined ? [delivery] : [delivery, canaries[canary].graft];
  removeAbandoned();
  // Among what is built, so that packages are found from there; what they compile is kept beside them.
  const directory = mkdtempSync(join(built, `${prefix}${process.pid}-`));
  const programs = join(directory, 'bundle');
  await bundle(programs, grafts.map(pluginOf));
  return {
    service: join(programs, 'main.js'),
    admin: join(programs, 'admin.js'),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** The programs of runs that were killed. */
function removeAbandoned(): void {
  for (const name of readdirSync(built)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(built, name), { recursive: true });
  }
}

function pluginOf({ file, find, replace }: Graft): Plugin {
  const path = join(built, file);
  return {
    name: file,
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`${basename(file, '.js')}\\.js$`) }, (loaded) => {
        if (loaded.path !== path) return undefined;
        const parts = readFileSync(path, 'utf8').split(find);
        if (parts.length !== 2) throw new Error(`${file} does not hold once what is to be changed: ${find}`);
        return { contents: parts.join(replace), loader: 'js' };
      });
    },
  };
}
