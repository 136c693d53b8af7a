import { ApiProperty } from '@nestjs/swagger';
import type { ResourceView } from '../../../application/resource/get-resource.js';
import { type ResourceType, resourceTypes } from '../../../domain/key/events.js';
import { type ResourceStatus, resourceStatuses } from '../../../domain/resource/state.js';

export class ResourceAnswer implements ResourceView {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly teamId!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ example: 'jais-30b', description: 'Never changes.' })
  readonly model!: string;

  @ApiProperty({ enum: resourceTypes, description: 'What it is billed as; never changes.' })
  readonly resourceType!: ResourceType;

  @ApiProperty({ enum: resourceStatuses })
  readonly status!: ResourceStatus;

  @ApiProperty({ format: 'date-time' })
  readonly registeredAt!: string;

  @ApiProperty({ type: 'integer', description: "Events of the resource's stream; also its ETag." })
  readonly revision!: number;
}

export class OneResourceAnswer {
  @ApiProperty({ type: ResourceAnswer })
  readonly resource!: ResourceView;
}

export class ResourcePageAnswer {
  @ApiProperty({ type: [ResourceAnswer] })
  readonly items!: readonly ResourceView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page; null on the last one.',
  })
  readonly nextCursor!: string | null;
}
