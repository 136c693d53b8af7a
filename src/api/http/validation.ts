import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import * as transformerPackage from 'class-transformer';
import type { ValidationError } from 'class-validator';
import * as validatorPackage from 'class-validator';
import { fault } from './faults.js';
import { fieldErrors } from './field-errors.js';
import type { FieldError } from './problem.js';
import { freeFieldsOf, isRecord, unwantedIn } from './shape.js';

/**
 * Checks bodies, queries and parameters against the class-validator rules of their class and answers
 * `request.invalid` with every error. Fields the class does not have are errors; nothing is converted
 * unless the class says so with `@Type`. What stands in a free-form field is neither checked nor copied here.
 */
@Injectable()
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      // Given, for Nest would look for them by names that nothing has once all is bundled.
      validatorPackage,
      transformerPackage,
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
    const free = freeFieldsOf(metadata.metatype);
    const unwanted = metadata.type === 'custom' ? undefined : unwantedFor(metadata.type, value, free);
    if (unwanted) throw fault('request.invalid', { errors: [unwanted] });
    const aside = Object.entries(isRecord(value) ? value : {}).filter(
      ([name, item]) => free.has(name) && isRecord(item),
    );
    if (aside.length === 0) return super.transform(value, metadata);
    const emptied = Object.assign({}, value, Object.fromEntries(aside.map(([name]) => [name, {}])));
    const checked = (await super.transform(emptied, metadata)) as object;
    return Object.assign(checked, Object.fromEntries(aside));
  }
}

function unwantedFor(
  part: 'body' | 'query' | 'param',
  value: unknown,
  free: ReadonlySet<string>,
): FieldError | undefined {
  if (part === 'body' && value !== undefined && !isRecord(value))
    return { pointer: '', message: 'must be a JSON object' };
  return unwantedIn(value, free);
}
