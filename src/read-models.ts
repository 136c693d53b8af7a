import { keepCompiled } from './platform/program.js';
import { traceToSources } from './platform/stack-traces.js';
import { keepReadModels } from './read-models-keeper.js';

/** The program of the thread that keeps the read models: see `read-models-thread.ts`, which starts it. */
traceToSources();
void keepReadModels(keepCompiled);
