import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsString,
  IsUUID,
  isISO8601,
  Matches,
  MaxLength,
  MinLength,
  registerDecorator,
  ValidateIf,
} from 'class-validator';
import { isPlainText } from '../../domain/text.js';

/** The field may be left out; null is a value, and refused unless the field says otherwise. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** The field may be left out, and null is a value of its own, such as "none" in a change. */
export function MayBeNull(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined && value !== null);
}

/** Text without control characters other than tabs and line breaks. */
function IsPlainText(): PropertyDecorator {
  const words = 'has no control characters other than tabs and line breaks';
  return TextRule('isPlainText', words, isPlainText);
}

/**
 * A rule of our own for a text, or with `each` for the texts of a list; what is no text is another rule's.
 * @param words completes a sentence that begins with the field
 */
export function TextRule(
  name: string,
  words: string,
  holds: (text: string) => boolean,
  { each = false } = {},
): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(propertyName),
      options: { each },
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || holds(value),
        defaultMessage: () => words,
      },
    });
}

export interface TextOptions {
  readonly maxLength: number;
  readonly description: string;
  readonly example?: string;
}

/** An optional text, as a field of a request and of its documentation. */
export function OptionalText({ maxLength, description, example }: TextOptions): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, maxLength, description, ...(example !== undefined && { example }) }),
    MayBeAbsent(),
    IsString(),
    MaxLength(maxLength),
    IsPlainText(),
  );
}

/** The same in a change, where null takes the text away. */
export function ClearableText({ maxLength, description, example }: TextOptions): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      nullable: true,
      maxLength,
      description,
      ...(example !== undefined && { example }),
    }),
    MayBeNull(),
    IsString(),
    MaxLength(maxLength),
    IsPlainText(),
  );
}

/** A required text of at least one character. */
export function RequiredText({ maxLength, description, example }: TextOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: String,
      minLength: 1,
      maxLength,
      description,
      ...(example !== undefined && { example }),
    }),
    IsString(),
    MinLength(1),
    MaxLength(maxLength),
    IsPlainText(),
  );
}

interface IdOptions {
  readonly description?: string;
  /** Null is a value of its own, such as "none" in a change. */
  readonly nullable?: boolean;
}

/** An id that may be left out, in any case; the request holds it in lower case, as events and rows do. */
export function OptionalId({ description, nullable = false }: IdOptions = {}): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      format: 'uuid',
      ...(description !== undefined && { description }),
      ...(nullable && { nullable }),
    }),
    nullable ? MayBeNull() : MayBeAbsent(),
    LowerCase(),
    IsUUID(),
  );
}

/** A list of ids, each once, in any case; the request holds them in lower case. */
export function IsIdList({ maxItems }: { readonly maxItems: number }): PropertyDecorator {
  return applyDecorators(
    LowerCase(),
    IsArray(),
    ArrayMaxSize(maxItems),
    ArrayUnique(),
    IsUUID(undefined, { each: true }),
  );
}

/** Made before any rule looks; what is neither a text nor a list of texts is left for the rules to refuse. */
export function LowerCase(): PropertyDecorator {
  const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
  return Transform(({ value }: { value: unknown }) =>
    Array.isArray(value) ? value.map(lower) : lower(value),
  );
}

/** An instant says its offset from UTC, or it would mean another one elsewhere. */
export const zonedInstant = /T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
export const zonedInstantWords = 'is an instant with its offset, such as 2027-01-31T12:00:00Z';

/** An instant as it stands in events and rows: UTC with milliseconds, in a year that Postgres has. */
const canonicalInstant = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

interface InstantOptions {
  readonly description: string;
  /** Null is a value of its own, such as "none" in a change. */
  readonly nullable?: boolean;
}

/** An optional instant, with any offset; the request holds it in UTC with milliseconds, as events do. */
export function OptionalInstant({ description, nullable = false }: InstantOptions): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date-time', description, ...(nullable && { nullable }) }),
    nullable ? MayBeNull() : MayBeAbsent(),
    Transform(({ value }: { value: unknown }) => instantOf(value) ?? value),
    Matches(canonicalInstant, { message: zonedInstantWords }),
  );
}

/** An instant that is needed, with any offset; the request holds it in UTC with milliseconds. */
export function RequiredInstant({ description }: { readonly description: string }): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, format: 'date-time', description }),
    Transform(({ value }: { value: unknown }) => instantOf(value) ?? value),
    Matches(canonicalInstant, { message: zonedInstantWords }),
  );
}

/** The instant in UTC with milliseconds; undefined when the text is not one with its offset. */
export function instantOf(text: unknown): string | undefined {
  if (!isISO8601(text, { strict: true, strictSeparator: true }) || !zonedInstant.test(String(text))) {
    return undefined;
  }
  const date = new Date(String(text));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
