import type { Log } from './log.js';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
type Write = (message: unknown, ...rest: unknown[]) => void;

/** What NestJS asks of a logger. */
export interface FrameworkLog {
  readonly fatal: Write;
  readonly error: Write;
  readonly warn: Write;
  readonly log: Write;
  readonly debug: Write;
  readonly verbose: Write;
}

/** Lets NestJS write to our log: `await NestFactory.create(…, { logger: createFrameworkLog(log) })`. */
export function createFrameworkLog(log: Log): FrameworkLog {
  const at =
    (level: Level): Write =>
    (message, ...rest) =>
      write(log, level, message, rest);
  return {
    fatal: at('fatal'),
    error: at('error'),
    warn: at('warn'),
    // Nest tells every route and module at each start; that is for those who look for something.
    log: at('debug'),
    debug: at('debug'),
    verbose: at('trace'),
  };
}

/** NestJS adds the name of whoever speaks at the end, and before it, to errors, the stack. */
function write(log: Log, level: Level, message: unknown, rest: readonly unknown[]): void {
  const texts = rest.filter((text) => typeof text === 'string');
  const stack = texts.find((text) => text.includes('\n    at '));
  const context = texts.findLast((text) => text !== stack);
  const fields = { ...(context !== undefined && { context }), ...(stack !== undefined && { stack }) };
  if (message instanceof Error) log[level]({ ...fields, error: message }, message.message);
  else log[level](fields, typeof message === 'string' ? message : JSON.stringify(message));
}
