import fc from 'fast-check';
import { specOf } from '../../../test/support/given.js';
import { keyCreatedOf, secretRecordOf } from '../../../test/support/key-events.js';
import type { RotateKey } from './commands.js';
import { decide } from './decide.js';
import type { KeyEvent, KeyRotated } from './events.js';
import { evolve, type Key } from './state.js';

const given = specOf({ evolve, decide });
const created = keyCreatedOf();
const at = '2026-03-01T00:00:00.000Z';
const rotate = (fields: Partial<RotateKey> = {}): RotateKey => ({
  type: 'RotateKey',
  secret: secretRecordOf('secret-2'),
  gracePeriodSeconds: 3_600,
  mayCutGrace: true,
  at,
  ...fields,
});
const rotated = (previousValidUntil: string): KeyRotated => ({
  type: 'KeyRotated',
  secret: secretRecordOf('secret-2'),
  previousSecretId: 'secret-1',
  previousValidUntil,
  rotatedAt: at,
});

describe('rotating a key', () => {
  it('keeps the secret before for the grace', () => {
    expect(given(created).when(rotate())).toEqual([rotated('2026-03-01T01:00:00.000Z')]);
  });

  it('without grace ends it at once', () => {
    expect(given(created).when(rotate({ gracePeriodSeconds: 0 }))).toEqual([rotated(at)]);
  });

  it('never keeps it past the end of the key', () => {
    const ending = keyCreatedOf({ expiresAt: '2026-03-01T00:30:00.000Z' });
    expect(given(ending).when(rotate())).toEqual([rotated('2026-03-01T00:30:00.000Z')]);
  });

  it('can give a new lifetime, in the same append', () => {
    const expiresAt = '2026-04-01T00:00:00.000Z';
    expect(given(created).when(rotate({ expiresAt }))).toEqual([
      { type: 'ExpiryChanged', expiresAt, changedAt: at },
      rotated('2026-03-01T01:00:00.000Z'),
    ]);
  });

  it('works while the key is disabled and on the free key', () => {
    const disabled: KeyEvent = { type: 'StatusChanged', status: 'INACTIVE', changedAt: at };
    expect(given(created, disabled).when(rotate())).toHaveLength(1);
    expect(given(keyCreatedOf({ tier: 'free' })).when(rotate({ gracePeriodSeconds: 0 }))).toHaveLength(1);
  });

  it('of an expired key needs a new lifetime, and its old secret stays refused', () => {
    const expired = keyCreatedOf({ expiresAt: at });
    expect(given(expired).when(rotate())).toEqual({ code: 'key.expired', field: 'expiresInDays' });
    const expiresAt = '2026-04-01T00:00:00.000Z';
    expect(given(expired).when(rotate({ expiresAt }))).toEqual([
      { type: 'ExpiryChanged', expiresAt, changedAt: at },
      rotated(at),
    ]);
  });

  it('by whoever uses the key does not end a grace, until it is over', () => {
    const under = rotated('2026-03-01T01:00:00.000Z');
    const command = { ...rotate({ mayCutGrace: false }), secret: secretRecordOf('secret-3') };
    const during = { ...command, at: '2026-03-01T00:59:59.999Z' };
    expect(given(created, under).when(during)).toEqual({ code: 'key.rotation_under_way' });
    expect(given(created, under).when({ ...command, at: '2026-03-01T01:00:00.000Z' })).toHaveLength(1);
    expect(given(created, under).when({ ...during, mayCutGrace: true })).toHaveLength(1);
  });

  it('by the key itself needs the present secret', () => {
    const under = rotated('2026-03-01T01:00:00.000Z');
    const by = (presentedSecretId: string) => rotate({ presentedSecretId });
    expect(given(created, under).when(by('secret-1'))).toEqual({ code: 'key.secret_superseded' });
    expect(given(created, under).when(by('secret-2'))).toHaveLength(1);
  });

  it('leaves at most two secrets good, whatever was done', () => {
    const step = fc.record({ grace: fc.nat(2_592_000), wait: fc.nat(5_000_000) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        let key: Key | undefined = evolve(undefined, created);
        let now = Date.parse(at);
        for (const [number, { grace, wait }] of steps.entries()) {
          now += wait;
          const command = {
            ...rotate({ gracePeriodSeconds: grace, at: new Date(now).toISOString() }),
            secret: secretRecordOf(`secret-${number + 2}`),
          };
          const decision = decide(command, key);
          if (!decision.ok) throw new Error(decision.refusal.code);
          const before: string | undefined = key?.secret.secretId;
          key = decision.events.reduce<Key | undefined>(evolve, key);
          expect(key?.secret.secretId).toBe(`secret-${number + 2}`);
          expect(key?.previousSecret?.secretId).toBe(grace === 0 ? undefined : before);
        }
      }),
    );
  });
});
