import type { Recorded } from '../../src/domain/recorded.js';
import type { ResourceRegistered } from '../../src/domain/resource/events.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { type ResourceRow, resourceRows } from './table.js';

const registration: ResourceRegistered = {
  type: 'ResourceRegistered',
  resourceId: 'r1',
  teamId: 'team-1',
  name: 'Tokens per minute',
  model: 'jais-30b',
  resourceType: 'TPM',
  registeredAt: instant(0),
};
const registered = recorded('resource-r1', registration);
const deactivated = recorded(
  'resource-r1',
  { type: 'ResourceDeactivated', deactivatedAt: instant(1) },
  { revision: 2 },
);
const activated = recorded(
  'resource-r1',
  { type: 'ResourceActivated', activatedAt: instant(2) },
  { revision: 3 },
);

function fold(...events: readonly Recorded[]): ResourceRow | undefined {
  return events.reduce<ResourceRow | undefined>(
    (row, event, index) => resourceRows.apply(row, event, 'r1', index),
    undefined,
  );
}

describe('the read model resources', () => {
  it('has an active row for what is registered', () => {
    expect(fold(registered)).toEqual({
      id: 'r1',
      teamId: 'team-1',
      name: 'Tokens per minute',
      model: 'jais-30b',
      resourceType: 'TPM',
      status: 'active',
      registeredAt: instant(0),
      revision: 1,
    });
  });

  it('follows the status to and fro', () => {
    const row = fold(registered);
    expect(fold(registered, deactivated)).toEqual({ ...row, status: 'inactive', revision: 2 });
    expect(fold(registered, deactivated, activated)).toEqual({ ...row, revision: 3 });
  });

  it('is about resources only', () => {
    const other = recorded('key-r1', keyCreated());
    const row = fold(registered);
    expect(resourceRows.keysOf(other)).toEqual([]);
    expect(resourceRows.apply(row, other, 'r1', 1)).toBe(row);
    expect(resourceRows.keysOf(registered)).toEqual(['r1']);
  });
});
