import { specOf } from '../../../test/support/given.js';
import { keyCreatedOf } from '../../../test/support/key-events.js';
import { formatSecret } from '../access/secret.js';
import type { KeyChanges } from './commands.js';
import { decide } from './decide.js';
import type { KeyCreated, KeyEvent } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });
const at = '2026-03-01T00:00:00.000Z';
const created = keyCreatedOf({ description: 'Builds', appId: 'ci', expiresAt: '2026-06-01T00:00:00.000Z' });
const change = (changes: KeyChanges, mayWiden = true) =>
  ({ type: 'ChangeKey', changes, mayWiden, at }) as const;
const details = (changes: object) => ({
  type: 'KeyDetailsChanged',
  keyId: created.keyId,
  ...changes,
  changedAt: at,
});

describe('changing a key', () => {
  it('makes one append of several changes', () => {
    const changes: KeyChanges = {
      name: 'Nightly',
      labels: ['ci'],
      scopes: ['inference'],
      role: 'admin',
      biasProfileId: 'profile-1',
      expiresAt: null,
      allowedIps: ['203.0.113.7'],
    };
    expect(given(created).when(change(changes))).toEqual([
      details({ name: 'Nightly', labels: ['ci'] }),
      { type: 'ScopesChanged', scopes: ['inference'], changedAt: at },
      { type: 'RoleChanged', role: 'admin', changedAt: at },
      { type: 'BiasProfileChanged', biasProfileId: 'profile-1', changedAt: at },
      { type: 'ExpiryChanged', expiresAt: null, changedAt: at },
      { type: 'AllowedIpsChanged', allowedIps: ['203.0.113.7'], changedAt: at },
    ]);
  });

  it.each<KeyChanges>([
    {},
    { name: 'CI Pipeline' },
    { description: 'Builds', notes: null, labels: [] },
    { scopes: ['inference', 'project'], role: 'member' },
    { expiresAt: '2026-06-01T00:00:00.000Z', biasProfileId: null, allowedIps: [], allowedOrigins: [] },
  ])('that repeats what holds is nothing: %j', (changes) => {
    expect(given(created).when(change(changes))).toEqual([]);
  });

  it('keeps what is absent and clears what is null', () => {
    const cleared = given(created).when(change({ description: null }));
    expect(cleared).toEqual([details({ description: null })]);
    const events = [created, ...(cleared as KeyEvent[])];
    expect(given(...events).when(change({ description: null, appId: 'ci' }))).toEqual([]);
  });

  it.each<[KeyChanges, string, string]>([
    [{ name: ' padded' }, 'key.name_invalid', 'name'],
    [{ notes: `it is ${formatSecret('cks', new Uint8Array(32))}` }, 'field.contains_secret', 'notes'],
    [{ labels: ['\u0000'] }, 'field.not_plain_text', 'labels'],
    [{ allowedOrigins: ['https://a.example'] }, 'key.origins_need_public', 'allowedOrigins'],
  ])('refuses %j', (changes, code, field) => {
    expect(given(created).when(change(changes))).toEqual({ code, field });
  });

  it.each<[KeyChanges, string]>([
    [{ scopes: ['inference', 'project'] }, 'key.public_only_infers'],
    [{ scopes: [] }, 'key.public_only_infers'],
    [{ role: 'admin' }, 'key.public_is_member'],
  ])('keeps a public key what it is: %j', (changes, code) => {
    const open: KeyCreated = keyCreatedOf({ public: true, scopes: ['inference'] });
    expect(given(open).when(change(changes))).toMatchObject({ code });
  });
});

describe('a change by others than the user of a personal token', () => {
  it.each<KeyChanges>([
    { scopes: ['inference'] },
    { scopes: [] },
    { expiresAt: '2026-05-01T00:00:00.000Z' },
    { allowedIps: ['203.0.113.0/24'] },
  ])('may take: %j', (changes) => {
    expect(given(created).when(change(changes, false))).toHaveLength(1);
  });

  it.each<KeyChanges>([
    { name: 'Mine now' },
    { scopes: ['project', 'inference', 'keys'] },
    { role: 'admin' },
    { expiresAt: null },
    { expiresAt: '2026-07-01T00:00:00.000Z' },
    { biasProfileId: 'profile-1' },
  ])('may not give: %j', (changes) => {
    expect(given(created).when(change(changes, false))).toEqual({ code: 'key.only_its_user' });
  });

  it('may not lift a limit on addresses', () => {
    const limited: KeyEvent = {
      type: 'AllowedIpsChanged',
      allowedIps: ['203.0.113.7', '203.0.113.8'],
      changedAt: at,
    };
    const change1 = (allowedIps: string[]) => given(created, limited).when(change({ allowedIps }, false));
    expect(change1(['203.0.113.7'])).toHaveLength(1);
    expect(change1([])).toEqual({ code: 'key.only_its_user' });
    expect(change1(['203.0.113.9'])).toEqual({ code: 'key.only_its_user' });
  });
});
