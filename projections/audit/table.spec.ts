import { instant, keyCreated, metadata, recorded, use } from '../../test/support/projection-events.js';
import { auditRows } from './table.js';

describe('the read model audit', () => {
  it('says where an event stands and what to look for it by, and nothing of its contents', () => {
    const created = recorded('key-k1', keyCreated({ notes: 'Ring Ada first' }), {
      id: 'e1',
      revision: 1,
      position: '42',
      metadata: metadata({ recordedAt: instant(3), clientIp: '203.0.113.7', reason: 'because' }),
    });
    expect(auditRows.keysOf(created)).toEqual(['e1']);
    expect(auditRows.apply(undefined, created, 'e1', 41)).toEqual({
      eventId: 'e1',
      index: 41,
      stream: 'key-k1',
      revision: 1,
      position: '42',
      type: 'KeyCreated',
      teamId: 'team-1',
      keyId: 'k1',
      actorType: 'user',
      actorId: 'user-1',
      recordedAt: instant(3),
      commandId: 'command-1',
    });
  });

  it('has no key for what happens to teams and users', () => {
    const founded = recorded('team-key-1', {
      type: 'TeamCreated',
      teamId: 'key-1',
      name: 'Engines',
      createdAt: instant(0),
    });
    expect(auditRows.apply(undefined, founded, 'event-1', 0)?.keyId).toBeNull();
  });

  it('leaves out the counts of uses', () => {
    expect(
      auditRows.keysOf(recorded('uses-p1-2026-11-21', { type: 'KeyUsesRecorded', rows: [use()] })),
    ).toEqual([]);
  });
});
