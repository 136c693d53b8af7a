import { idOfStream } from '../../src/domain/recorded.js';
import type { Table } from '../runner/model.js';

/** What of a team's policy verification obeys; a team that never changed its policy has no row. */
export interface PolicyAccess {
  readonly teamId: string;
  readonly resourceRequired: boolean;
  readonly enforceAppId: boolean;
  /** Events of the team's stream, up to the last one about its policy. */
  readonly revision: number;
}

export const policyAccess: Table<PolicyAccess> = {
  name: 'access_policies',
  key: 'teamId',
  columns: { teamId: 'id', resourceRequired: 'boolean', enforceAppId: 'boolean', revision: 'integer' },
  indexes: [],
  keysOf: ({ event, stream }) => (event.type === 'TeamPolicyChanged' ? [idOfStream(stream)] : []),
  apply(row, { event, revision }, teamId) {
    if (event.type !== 'TeamPolicyChanged') return row;
    const { resourceRequired, enforceAppId } = event;
    return { teamId, resourceRequired, enforceAppId, revision };
  },
};
