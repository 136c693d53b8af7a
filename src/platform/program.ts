import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** A program in one file, which `src/bundle.ts` has written as the text of a function. */
export interface Program {
  /** Whether V8 took what was kept of an earlier run. */
  readonly isKept: boolean;
  run(): void;
}

/** What that function is called with. */
export const programParameters = ['require', '__filename', '__dirname', 'keepProgram'] as const;

/**
 * Loads a program together with what V8 had compiled of it when an earlier run called `keepCompiled`. Node's own compile
 * cache keeps what is compiled when a file is loaded, which is not what its functions become once they are called.
 * @param file in ASCII
 * @param kept for what is compiled of just that text: V8 compares its own version, its flags and the length of the
 *   text, but not the text. Nobody else should be able to write there, for V8 runs it
 */
export function loadProgram(file: string, kept: string): Program {
  const cachedData = readIfThere(kept);
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData });
  const isKept = cachedData !== undefined && script.cachedDataRejected === false;
  const keep = () => {
    if (!isKept) write(kept, script.createCachedData());
  };
  const run = script.runInThisContext() as (...values: unknown[]) => void;
  return { isKept, run: () => run(createRequire(file), file, dirname(file), keep) };
}

declare const keepProgram: (() => void) | undefined;

/**
 * Called by a program once it has done what it does at each start: the next start need not compile that again. Takes
 * 0.2 s of the first run of a build, and nothing later.
 */
export function keepCompiled(): void {
  if (typeof keepProgram === 'function') keepProgram();
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Wholly or not at all; where it cannot be written, each start compiles. */
function write(path: string, data: Buffer): void {
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    // V8 does not look into what it takes: after a loss of power there must not be half of it.
    writeFileSync(unfinished, data, { flush: true });
    renameSync(unfinished, path);
  } catch {}
}
