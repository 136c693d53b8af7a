import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsObject } from 'class-validator';
import type { EstimateRequest } from '../../../application/service/estimate-cost.js';
import { type ServiceStatus, serviceStatuses } from '../../../domain/service/state.js';
import { MayBeAbsent, RequiredText } from '../fields.js';
import { PageQuery } from '../pages.js';
import { FreeForm } from '../shape.js';

export class ListServicesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: serviceStatuses })
  @MayBeAbsent()
  @IsIn(serviceStatuses)
  readonly status?: ServiceStatus;
}

export class EstimateBody implements EstimateRequest {
  @RequiredText({ maxLength: 100, description: 'One of the service.', example: 'jais-30b' })
  readonly model!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    description: 'How much of each unit that the model has a price for; what is absent is 0.',
    example: { input_tokens: 1_200, output_tokens: 300 },
  })
  @FreeForm()
  @IsObject()
  readonly quantities!: Readonly<Record<string, number>>;
}
