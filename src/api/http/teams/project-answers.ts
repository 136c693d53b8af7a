import { ApiProperty } from '@nestjs/swagger';
import type { ProjectView } from '../../../application/team/get-project.js';
import { type ProjectStatus, projectStatuses } from '../../../domain/team/state.js';

/** A project as the sign-up that made it tells of it. */
export class NewProjectAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly teamId!: string;

  @ApiProperty()
  readonly name!: string;

  @ApiProperty({ enum: projectStatuses, description: 'Keys of an archived project are refused.' })
  readonly status!: ProjectStatus;
}

export class ProjectAnswer extends NewProjectAnswer implements ProjectView {
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({
    type: 'integer',
    description: "Events of the team's stream, up to the last one about the project; also its ETag.",
  })
  readonly revision!: number;
}

export class OneProjectAnswer {
  @ApiProperty({ type: ProjectAnswer })
  readonly project!: ProjectView;
}

export class ProjectPageAnswer {
  @ApiProperty({ type: [ProjectAnswer] })
  readonly items!: readonly ProjectView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The cursor of the next page; null on the last one.',
  })
  readonly nextCursor!: string | null;
}
