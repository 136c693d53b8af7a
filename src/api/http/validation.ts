import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { fault } from './faults.js';
import { fieldErrors } from './field-errors.js';
import type { FieldError } from './problem.js';
import { unwantedIn } from './shape.js';

/**
 * Checks bodies, queries and parameters against the class-validator rules of their class and answers
 * `request.invalid` with every error. Fields the class does not have are errors; nothing is converted
 * unless the class says so with `@Type`.
 */
@Injectable()
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: false,
      // What was checked is needed to find the items of a list that failed; it does not go into the answer.
      validationError: { target: true, value: true },
      exceptionFactory: (errors: ValidationError[]) =>
        fault('request.invalid', { errors: fieldErrors(errors) }),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // Custom parameters are made by us, not by the caller.
    const unwanted = metadata.type === 'custom' ? undefined : unwantedFor(metadata.type, value);
    if (unwanted) throw fault('request.invalid', { errors: [unwanted] });
    return super.transform(value, metadata);
  }
}

function unwantedFor(part: 'body' | 'query' | 'param', value: unknown): FieldError | undefined {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (part === 'body' && value !== undefined && !isRecord)
    return { pointer: '', message: 'must be a JSON object' };
  return unwantedIn(value);
}
