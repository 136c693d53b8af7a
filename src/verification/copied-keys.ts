import { copyUuid } from './packed-uuid.js';

// The fields of a key, read from the bytes of a COPY without a text or an object in between, which take several times
// as long: a start reads all keys, and is waited for. Where one has another form than here, they say so, and the row is
// read as all others are.

/** For what has another form. */
export const isNot = Number.NEGATIVE_INFINITY;

const zero = '0'.charCodeAt(0);
const nine = '9'.charCodeAt(0);
const bytesOf = (text: string) => Buffer.from(text, 'latin1');

// As jsonb is written: the shorter names first.
const beforeDigest = bytesOf('[{"digest": "');
const beforeId = bytesOf('", "secretId": "');
const afterId = bytesOf('", "validUntil": null}');
/** In base64url. */
export const digestLength = 43;
const idLength = 36;
const digestFrom = beforeDigest.length;
const idFrom = digestFrom + digestLength + beforeId.length;
const secretUntil = idFrom + idLength + afterId.length;
const endOfList = bytesOf(']');
const emptyList = bytesOf('[]');

export function isEmptyList(text: Uint8Array, from: number, until: number): boolean {
  return until - from === emptyList.length && stands(emptyList, text, from);
}

/** Whether a list that `copySecret` takes ends with its first secret. */
export function isOneSecret(from: number, until: number): boolean {
  return until - from === secretUntil + endOfList.length;
}

/** Any list; undefined where it must be unescaped first. */
export function copiedList(text: Buffer, from: number, until: number): readonly unknown[] | undefined {
  const list = text.toString('utf8', from, until);
  return list.includes('\\') ? undefined : (JSON.parse(list) as readonly unknown[]);
}

/** The first of a list of secrets: its digest and its id. False where it ends, and where the list has another form. */
export function copySecret(
  text: Uint8Array,
  from: number,
  until: number,
  to: { readonly bytes: Uint8Array; readonly digestAt: number; readonly idAt: number },
): boolean {
  const id = from + idFrom;
  return (
    until - from > secretUntil &&
    stands(beforeDigest, text, from) &&
    stands(beforeId, text, id - beforeId.length) &&
    stands(afterId, text, id + idLength) &&
    copyDigest(text, from + digestFrom, to.bytes, to.digestAt) &&
    copyUuid(text, id, id + idLength, to.bytes, to.idAt)
  );
}

function stands(part: Uint8Array, text: Uint8Array, at: number): boolean {
  for (let i = 0; i < part.length; i++) if (text[at + i] !== part[i]) return false;
  return true;
}

const sextets = Int8Array.from({ length: 256 }, (_, code) =>
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(String.fromCharCode(code)),
);

/** 32 bytes in base64url: ten times four characters that are three bytes each, and three that are two. */
function copyDigest(text: Uint8Array, at: number, bytes: Uint8Array, start: number): boolean {
  let [to, bits, count, all] = [start, 0, 0, 0];
  for (let from = at; from < at + digestLength; from++) {
    const sextet = sextets[text[from] ?? 0] ?? -1;
    all |= sextet;
    bits = (bits << 6) | sextet;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[to++] = bits >> count;
    bits &= (1 << count) - 1;
  }
  // A digit that is none is -1, and two bits are left that say nothing.
  return all >= 0 && bits === 0;
}

const largest = 2 ** 31 - 1;
const digitsMax = String(largest).length;

/** A whole number from 0 on that 31 bits hold. */
export function copiedNumber(text: Uint8Array, from: number, until: number): number {
  if (until <= from || until - from > digitsMax) return isNot;
  let number = 0;
  for (let at = from; at < until; at++) {
    const code = text[at] ?? 0;
    if (code < zero || code > nine) return isNot;
    number = number * 10 + code - zero;
  }
  return number <= largest ? number : isNot;
}

const none = bytesOf('\\N');
/** A digit for each 0. */
const instantForm = bytesOf('0000-00-00 00:00:00');
const utc = bytesOf('+00');

/** Milliseconds since 1970, NaN for none: `2026-11-21 10:00:00.12+00`. */
export function copiedInstant(text: Uint8Array, from: number, until: number): number {
  if (until - from === none.length && stands(none, text, from)) return Number.NaN;
  const ofSecond = from + instantForm.length;
  const zoneAt = until - utc.length;
  if (zoneAt < ofSecond || !stands(utc, text, zoneAt)) return isNot;
  const milliseconds = copiedMilliseconds(text, ofSecond, zoneAt);
  const part = (at: number, length: number) => copiedNumber(text, from + at, from + at + length);
  const year = part(0, 4);
  // `Date.UTC` takes years before 100 for some of the last century.
  if (year < 100 || !hasForm(text, from)) return isNot;
  const days = Date.UTC(year, part(5, 2) - 1, part(8, 2));
  return days + ((part(11, 2) * 60 + part(14, 2)) * 60 + part(17, 2)) * 1_000 + milliseconds;
}

function hasForm(text: Uint8Array, from: number): boolean {
  return instantForm.every((form, at) => {
    const code = text[from + at] ?? 0;
    return form === zero ? code >= zero && code <= nine : code === form;
  });
}

/** `.12` are 120; nothing is 0. */
function copiedMilliseconds(text: Uint8Array, from: number, until: number): number {
  const digits = until - from - 1;
  if (digits === -1) return 0;
  if (digits > 3 || text[from] !== '.'.charCodeAt(0)) return isNot;
  return copiedNumber(text, from + 1, until) * 10 ** (3 - digits);
}
