import type { RefusalCode } from '../refusals.js';
import { faultOf } from '../text.js';

type Json = string | number | boolean | null | readonly Json[] | Settings;

/** Any JSON object: what is in it concerns whoever reads the profile, not us. */
export interface Settings {
  readonly [name: string]: Json;
}

/** As JSON in UTF-8. */
export const settingsMaxBytes = 8_192;

/** What is wrong with settings, if anything is. */
export function faultOfSettings(settings: Settings): RefusalCode | undefined {
  const fault = faultOf({ settings: textsIn(settings).join('\n') });
  if (fault) return fault.code;
  if (!hasOnlyFiniteNumbers(settings)) return 'profile.number_too_large';
  const bytes = utf8Length(JSON.stringify(settings));
  return bytes > settingsMaxBytes ? 'profile.settings_too_large' : undefined;
}

/** The order of names means nothing in JSON. */
export function isSameSettings(one: Settings, other: Settings): boolean {
  return canonical(one) === canonical(other);
}

/** Names too: both are kept and shown. */
function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const names = isList(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(textsIn)];
}

/** A number beyond the largest double is read as infinite, which JSON would write as null. */
function hasOnlyFiniteNumbers(value: Json): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(hasOnlyFiniteNumbers);
}

function canonical(settings: Settings): string {
  return JSON.stringify(settings, (_, value: Json) =>
    typeof value === 'object' && value !== null && !isList(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

function isList(value: readonly Json[] | Settings): value is readonly Json[] {
  return Array.isArray(value);
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
