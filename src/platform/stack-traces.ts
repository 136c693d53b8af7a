import { install } from 'source-map-support';

/**
 * Lets stack traces tell lines of the sources instead of the bundle's. A map is read when the first trace needs it:
 * `--enable-source-maps` reads all of them whenever the process starts, and each thread its own.
 */
export function traceToSources(): void {
  install({ environment: 'node', handleUncaughtExceptions: false });
}
