import { defaultPolicy } from '../../src/domain/team/policy.js';
import { instant, recorded } from '../../test/support/projection-events.js';
import { policyAccess } from './policies.js';

describe('what verification knows of the policy of a team', () => {
  const changed = (resourceRequired: boolean, revision: number) =>
    recorded(
      'team-t1',
      { type: 'TeamPolicyChanged', ...defaultPolicy, resourceRequired, changedAt: instant(1) },
      { revision },
    );

  it('is what verdicts obey, as the last change left it', () => {
    const one = changed(true, 7);
    expect(policyAccess.keysOf(one)).toEqual(['t1']);
    const row = policyAccess.apply(undefined, one, 't1', 0);
    expect(row).toEqual({ teamId: 't1', resourceRequired: true, enforceAppId: false, revision: 7 });
    expect(policyAccess.apply(row, changed(false, 9), 't1', 0)).toMatchObject({
      resourceRequired: false,
      revision: 9,
    });
  });

  it('is nothing for a team that never changed its policy', () => {
    const created = { type: 'TeamCreated', teamId: 't1', name: 'Engines', createdAt: instant(0) } as const;
    expect(policyAccess.keysOf(recorded('team-t1', created))).toEqual([]);
  });
});
