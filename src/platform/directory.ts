import { mkdirSync } from 'node:fs';

/**
 * Makes a directory and its parents where missing, open to pass through whatever the umask: the user
 * who runs the embedded database may be another than ours. Files inside see to their own modes.
 */
export function makeDirectory(path: string): void {
  const umask = process.umask(0o022);
  try {
    mkdirSync(path, { recursive: true });
  } finally {
    process.umask(umask);
  }
}
