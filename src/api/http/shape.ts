import { type FieldError, pointerPart } from './problem.js';

const depthMax = 32;
const tooDeep = `must not be nested more than ${depthMax} deep`;

const freeFields = new WeakMap<object, Set<string>>();

/** The field takes a JSON object of any shape, which reaches the class as it was sent. */
export function FreeForm(): PropertyDecorator {
  return (target, name) => {
    const { constructor } = target;
    freeFields.set(constructor, (freeFields.get(constructor) ?? new Set()).add(String(name)));
  };
}

/** The free-form fields of a class of requests. */
export function freeFieldsOf(type: object | undefined): ReadonlySet<string> {
  return (type && freeFields.get(type)) ?? new Set();
}

/**
 * What class-transformer must not be given: it recurses, and passes over keys that every object inherits
 * (`__proto__`, `constructor`, `toString` …) without a word, where an unknown field is an error. Below a
 * free-form field, which it is not given, only `__proto__` is unwanted: no reader of JSON is safe from it.
 * @param free names of the free-form fields
 */
export function unwantedIn(value: unknown, free: ReadonlySet<string> = new Set()): FieldError | undefined {
  return search(value, '', depthMax, (key) => key in Object.prototype, free);
}

function search(
  value: unknown,
  pointer: string,
  depthLeft: number,
  isUnwanted: (key: string) => boolean,
  free?: ReadonlySet<string>,
): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depthLeft === 0) return { pointer, message: tooDeep };
  for (const [key, item] of Object.entries(value)) {
    const at = `${pointer}/${pointerPart(key)}`;
    if (isUnwanted(key)) return { pointer: at, message: 'is not a field of this request' };
    const isUnwantedBelow = free?.has(key) ? isPrototype : isUnwanted;
    const unwanted = search(item, at, depthLeft - 1, isUnwantedBelow);
    if (unwanted) return unwanted;
  }
  return undefined;
}

function isPrototype(key: string): boolean {
  return key === '__proto__';
}

export function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
