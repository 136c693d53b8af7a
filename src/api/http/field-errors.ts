import { getMetadataStorage, type ValidationError } from 'class-validator';
import { type FieldError, pointerPart } from './problem.js';

/** A body can be wrong in thousands of places; an answer names this many. */
export const fieldErrorsMax = 100;

/** The errors of class-validator, each at the very field or item of a list it is about. */
export function fieldErrors(errors: readonly ValidationError[]): FieldError[] {
  return errors.flatMap((error) => errorsIn(error, '')).slice(0, fieldErrorsMax);
}

function errorsIn(error: ValidationError, parent: string): FieldError[] {
  const pointer = `${parent}/${pointerPart(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).flatMap(([rule, text]) => {
    if (rule === 'whitelistValidation') return [{ pointer, message: 'is not a field of this request' }];
    const message = withoutSubject(text, error.property);
    const items = failingItems(error, rule);
    return items.length === 0
      ? [{ pointer, message }]
      : items.map((at) => ({ pointer: `${pointer}/${at}`, message }));
  });
  return [...own, ...(error.children ?? []).flatMap((child) => errorsIn(child, pointer))];
}

/** The rules' own messages begin with the field, which the pointer names already. */
function withoutSubject(text: string, property: string): string {
  const subject = [`each value in ${property} `, `${property} `].find((start) => text.startsWith(start));
  return subject === undefined ? text : text.slice(subject.length);
}

/**
 * Which items of a list a rule with `each` refused. class-validator says only that one did, so the rule is
 * asked again about each.
 */
function failingItems({ target, property, value }: ValidationError, rule: string): number[] {
  if (!target || !Array.isArray(value)) return [];
  const storage = getMetadataStorage();
  const rules = storage
    .getTargetValidationMetadatas(target.constructor, '', true, false)
    .filter(({ propertyName, each }) => propertyName === property && each)
    .flatMap(({ constraintCls, constraints }) =>
      storage
        .getTargetValidatorConstraints(constraintCls)
        .map(({ name, instance }) => ({ name, instance, constraints })),
    )
    .filter(({ name }) => name === rule);
  const refused = (item: unknown) =>
    rules.some(({ instance, constraints }) => {
      const context = { targetName: target.constructor.name, property, object: target, value, constraints };
      return instance.validate(item, context) === false;
    });
  return value.flatMap((item, index) => (refused(item) ? [index] : []));
}
