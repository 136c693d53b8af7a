import { idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import { type ProjectEvent, projectEventTypes } from '../../src/domain/team/events.js';
import type { Table } from '../runner/model.js';

/** What verification knows of a project. */
export interface ProjectAccess {
  readonly projectId: string;
  readonly teamId: string;
  readonly isArchived: boolean;
  /** Events of the team's stream, up to the last one about the project. */
  readonly revision: number;
}

export const projectAccess: Table<ProjectAccess> = {
  name: 'access_projects',
  key: 'projectId',
  columns: { projectId: 'id', teamId: 'id', isArchived: 'boolean', revision: 'integer' },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, projectEventTypes) ? [recorded.event.projectId] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, projectEventTypes)) return row;
    return next(row, recorded);
  },
};

function next(
  row: ProjectAccess | undefined,
  { event, stream, revision }: Recorded<ProjectEvent>,
): ProjectAccess | undefined {
  switch (event.type) {
    case 'ProjectCreated':
      return { projectId: event.projectId, teamId: idOfStream(stream), isArchived: false, revision };
    case 'ProjectRenamed':
      return row && { ...row, revision };
    case 'ProjectArchived':
      return row && { ...row, isArchived: true, revision };
    case 'ProjectRestored':
      return row && { ...row, isArchived: false, revision };
  }
}
