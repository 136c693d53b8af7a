import { type FieldError, pointerPart } from './problem.js';

const depthMax = 32;

/**
 * What class-transformer must not be given: it recurses, and passes over keys that every object inherits
 * (`__proto__`, `constructor`, `toString` …) without a word, where an unknown field is an error.
 */
export function unwantedIn(value: unknown, pointer = '', depthLeft = depthMax): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depthLeft === 0) return { pointer, message: `must not be nested more than ${depthMax} deep` };
  for (const [key, item] of Object.entries(value)) {
    const at = `${pointer}/${pointerPart(key)}`;
    if (key in Object.prototype) return { pointer: at, message: 'is not a field of this request' };
    const unwanted = unwantedIn(item, at, depthLeft - 1);
    if (unwanted) return unwanted;
  }
  return undefined;
}
