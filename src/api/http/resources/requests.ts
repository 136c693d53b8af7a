import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { RegisterResourceRequest } from '../../../application/resource/register-resource.js';
import { type ResourceType, resourceTypes } from '../../../domain/key/events.js';
import { type ResourceStatus, resourceStatuses } from '../../../domain/resource/state.js';
import { MayBeAbsent, RequiredText } from '../fields.js';
import { PageQuery } from '../pages.js';

export class RegisterResourceBody implements RegisterResourceRequest {
  @RequiredText({ maxLength: 100, description: 'For people.', example: 'Tokens per minute' })
  readonly name!: string;

  @RequiredText({ maxLength: 100, description: 'As verification names it.', example: 'jais-30b' })
  readonly model!: string;

  @ApiProperty({ enum: resourceTypes, description: 'What it is billed as.' })
  @IsIn(resourceTypes)
  readonly resourceType!: ResourceType;
}

export class ResourceStatusBody {
  @ApiProperty({ enum: resourceStatuses })
  @IsIn(resourceStatuses)
  readonly status!: ResourceStatus;
}

export class ListResourcesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: resourceStatuses })
  @MayBeAbsent()
  @IsIn(resourceStatuses)
  readonly status?: ResourceStatus;
}
