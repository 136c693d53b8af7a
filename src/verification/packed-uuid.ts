const uuidBytes = 16;
const textLength = 36;
const dash = '-'.charCodeAt(0);
const digits = '0123456789abcdef';
const digitsByValue = Uint8Array.from(digits, (digit) => digit.charCodeAt(0));
/** -1 for what is no digit. */
const valuesByCode = Int8Array.from({ length: 128 }, (_, code) => digits.indexOf(String.fromCharCode(code)));

/** Whether a dash stands before a byte of a UUID. */
function isAfterDash(byteNumber: number): boolean {
  return byteNumber === 4 || byteNumber === 6 || byteNumber === 8 || byteNumber === 10;
}

const text = Buffer.alloc(textLength);

/**
 * Writes the 16 bytes of a UUID.
 * @returns false for a text that is none in lower case; then some of the bytes may be written
 */
export function writeUuid(uuid: string, bytes: Uint8Array, start: number): boolean {
  const isAsLong = uuid.length === textLength && text.write(uuid) === textLength;
  return isAsLong && copyUuid(text, 0, textLength, bytes, start);
}

/**
 * The same for the bytes of a text that ends at `until`. By hand, as below: with `replaceAll` and `write(…, 'hex')` it
 * took several times as long, and an index is filled with millions.
 */
export function copyUuid(
  text: Uint8Array,
  at: number,
  until: number,
  bytes: Uint8Array,
  start: number,
): boolean {
  if (until - at !== textLength) return false;
  let from = at;
  for (let number = 0; number < uuidBytes; number++) {
    if (isAfterDash(number) && text[from++] !== dash) return false;
    const upper = valuesByCode[text[from++] ?? 0] ?? -1;
    const lower = valuesByCode[text[from++] ?? 0] ?? -1;
    if ((upper | lower) < 0) return false;
    bytes[start + number] = (upper << 4) | lower;
  }
  return true;
}

/** The UUID of 16 bytes. */
export function readUuid(bytes: Uint8Array, start: number): string {
  let to = 0;
  for (let number = 0; number < uuidBytes; number++) {
    const byte = bytes[start + number] ?? 0;
    if (isAfterDash(number)) text[to++] = dash;
    text[to++] = digitsByValue[byte >> 4] ?? 0;
    text[to++] = digitsByValue[byte & 15] ?? 0;
  }
  return text.toString('latin1');
}
