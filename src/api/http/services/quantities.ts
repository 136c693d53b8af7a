import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsObject } from 'class-validator';
import { FreeForm } from '../shape.js';

/** How much of each unit of a model was used, or would be: an object of whole numbers by unit. */
export function Quantities(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: 'object',
      additionalProperties: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      description: 'How much of each unit that the model has a price for; what is absent is 0.',
      example: { input_tokens: 1_200, output_tokens: 300 },
    }),
    FreeForm(),
    IsObject(),
  );
}
