import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength, registerDecorator, ValidateIf } from 'class-validator';
import { isPlainText } from '../../domain/text.js';

/** The field may be left out; null is a value, and refused unless the field says otherwise. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** Text without control characters other than tabs and line breaks. */
function IsPlainText(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isPlainText',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || isPlainText(value),
        defaultMessage: () => 'has no control characters other than tabs and line breaks',
      },
    });
}

interface TextOptions {
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

/** An instant says its offset from UTC, or it would mean another one elsewhere. */
export const zonedInstant = /T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
export const zonedInstantWords = 'is an instant with its offset, such as 2027-01-31T12:00:00Z';
