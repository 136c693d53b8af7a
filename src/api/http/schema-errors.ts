import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { fieldErrorsMax } from './field-errors.js';
import { type FieldError, pointerPart } from './problem.js';

/** What a JSON schema has against a request, in the words that class-validator's errors have too. */
export function schemaErrors(errors: readonly FastifySchemaValidationError[]): FieldError[] {
  return errors.slice(0, fieldErrorsMax).map(fieldErrorOf);
}

function fieldErrorOf(error: FastifySchemaValidationError): FieldError {
  const { instancePath, keyword, params } = error;
  if (keyword === 'additionalProperties') {
    const field = pointerPart(String(params['additionalProperty']));
    return { pointer: `${instancePath}/${field}`, message: 'is not a field of this request' };
  }
  if (keyword === 'required') {
    return {
      pointer: `${instancePath}/${pointerPart(String(params['missingProperty']))}`,
      message: 'is required',
    };
  }
  return { pointer: instancePath, message: error.message ?? 'is not as it must be' };
}
