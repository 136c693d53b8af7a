import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { traceToSources } from './platform/stack-traces.js';

/**
 * The program of the thread that keeps the read models: see `read-models-thread.ts`, which starts it. Only what is
 * loaded after the cache is enabled is taken from it.
 */
traceToSources();
enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
const { keepReadModels } = await import('./read-models-keeper.js');
await keepReadModels(flushCompileCache);
