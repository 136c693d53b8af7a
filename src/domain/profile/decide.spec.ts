import { specOf } from '../../../test/support/given.js';
import { formatSecret } from '../access/secret.js';
import type { CreateProfile, ProfileCommand, UpdateProfile } from './commands.js';
import { decide } from './decide.js';
import type { BiasProfileCreated, ProfileEvent } from './events.js';
import { type Settings, settingsMaxBytes } from './settings.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-01-01T00:00:00.000Z';
const fields = { profileId: 'b1', teamId: 'team-1', name: 'Cautious', settings: { tone: 'kind', level: 2 } };
const create: CreateProfile = { type: 'CreateProfile', ...fields, at };
const created: BiasProfileCreated = { type: 'BiasProfileCreated', ...fields, createdAt: at };
const archived: ProfileEvent = { type: 'BiasProfileArchived', archivedAt: at };
const update = (changes: Pick<UpdateProfile, 'name' | 'settings'>): ProfileCommand => ({
  type: 'UpdateProfile',
  ...changes,
  at,
});
const archive = (isAttached: boolean): ProfileCommand => ({ type: 'ArchiveProfile', isAttached, at });

/** Settings of exactly so many bytes as JSON in UTF-8. */
const settingsOf = (bytes: number, letter: string): Settings => ({
  a: letter.repeat((bytes - '{"a":""}'.length) / new TextEncoder().encode(letter).length),
});

describe('creating a bias profile', () => {
  it('records what it is given, once', () => {
    expect(given().when(create)).toEqual([created]);
    expect(given(created).when(create)).toEqual([]);
  });

  it.each(['', ' a', 'a ', 'a\nb', 'x'.repeat(101)])('refuses %j as a name', (name) => {
    const refusal = { code: 'profile.name_invalid', field: 'name' };
    expect(given().when({ ...create, name })).toEqual(refusal);
    expect(given(created).when(update({ name }))).toEqual(refusal);
  });

  it.each(['x', 'é', '🔑'])('takes settings up to 8 KiB as UTF-8, of %s', (letter) => {
    const largest = settingsOf(settingsMaxBytes, letter);
    expect(given().when({ ...create, settings: largest })).toMatchObject([{ settings: largest }]);
    const larger = { ...largest, b: 1 };
    const refusal = { code: 'profile.settings_too_large', field: 'settings' };
    expect(given().when({ ...create, settings: larger })).toEqual(refusal);
    expect(given(created).when(update({ settings: larger }))).toEqual(refusal);
  });

  it('refuses a secret anywhere in the settings', () => {
    const secret = formatSecret('cks', new Uint8Array(32).fill(7));
    const hiding: Settings[] = [{ key: secret }, { [secret]: 1 }, { a: [{ b: [`x${secret}y`] }] }];
    const refusal = { code: 'field.contains_secret', field: 'settings' };
    for (const settings of hiding) {
      expect(given().when({ ...create, settings })).toEqual(refusal);
      expect(given(created).when(update({ settings }))).toEqual(refusal);
    }
    expect(given().when({ ...create, name: secret })).toEqual({
      code: 'field.contains_secret',
      field: 'name',
    });
  });

  it.each<Settings>([{ a: 'b\u0000' }, { a: ['\ud800'] }, { 'a\u001b': 1 }])(
    'refuses what no database keeps: %j',
    (settings) => {
      const refusal = { code: 'field.not_plain_text', field: 'settings' };
      expect(given().when({ ...create, settings })).toEqual(refusal);
    },
  );

  it('refuses a number that JSON would keep as null, wherever it stands', () => {
    const refusal = { code: 'profile.number_too_large', field: 'settings' };
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
      expect(given().when({ ...create, settings: { a: [{ b: value }] } })).toEqual(refusal);
      const nulled = { ...created, settings: { a: null } };
      expect(given(nulled).when(update({ settings: { a: value } }))).toEqual(refusal);
    }
  });
});

describe('changing a bias profile', () => {
  it('records only what differs', () => {
    const settings = { tone: 'plain' };
    expect(given(created).when(update({ name: 'Open', settings: fields.settings }))).toEqual([
      { type: 'BiasProfileUpdated', name: 'Open', updatedAt: at },
    ]);
    expect(given(created).when(update({ name: fields.name, settings }))).toEqual([
      { type: 'BiasProfileUpdated', settings, updatedAt: at },
    ]);
  });

  it('makes nothing of a repeat, in whatever order its settings are written', () => {
    expect(given(created).when(update({}))).toEqual([]);
    expect(given(created).when(update(fields))).toEqual([]);
    expect(given(created).when(update({ settings: { level: 2, tone: 'kind' } }))).toEqual([]);
    const renamed: ProfileEvent = { type: 'BiasProfileUpdated', name: 'Open', updatedAt: at };
    expect(given(created, renamed).when(update({ name: 'Open' }))).toEqual([]);
  });

  it('heeds the order of a list', () => {
    const ordered = { ...created, settings: { words: ['a', 'b'] } };
    const settings = { words: ['b', 'a'] };
    expect(given(ordered).when(update({ settings }))).toMatchObject([{ settings }]);
  });

  it('is over once it is archived', () => {
    expect(given(created, archived).when(update({ name: 'Open' }))).toEqual({ code: 'profile.archived' });
    expect(given().when(update({ name: 'Open' }))).toEqual({ code: 'profile.not_found' });
  });
});

describe('archiving a bias profile', () => {
  it('happens once, and not while a key has it', () => {
    expect(given(created).when(archive(true))).toEqual({ code: 'profile.attached' });
    expect(given(created).when(archive(false))).toEqual([archived]);
    expect(given(created, archived).when(archive(false))).toEqual([]);
    expect(given().when(archive(false))).toEqual({ code: 'profile.not_found' });
  });
});
