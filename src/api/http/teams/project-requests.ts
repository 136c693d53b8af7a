import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { type ProjectStatus, projectStatuses } from '../../../domain/team/state.js';
import { RequiredText } from '../fields.js';

export class ProjectNameBody {
  @RequiredText({ maxLength: 100, description: 'For people.', example: 'Vision' })
  readonly name!: string;
}

export class ProjectStatusBody {
  @ApiProperty({ enum: projectStatuses })
  @IsIn(projectStatuses)
  readonly status!: ProjectStatus;
}
