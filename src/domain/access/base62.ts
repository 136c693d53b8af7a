const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A number in base 62 (`0-9A-Za-z`), left-padded with zeros to `width` characters. */
export function toBase62(value: bigint, width: number): string {
  let rest = value;
  let text = '';
  while (rest > 0n) {
    text = digits.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text.padStart(width, '0');
}

const valuesByCode = Uint8Array.from({ length: 128 }, (_, code) => digits.indexOf(String.fromCharCode(code)));

/**
 * The number that such digits stand for, at most eight from an index on; no bigint and no new text, for
 * verification does it on every call. Of other characters it makes some number or none.
 */
export function smallFromBase62(text: string, from: number): number {
  let value = 0;
  for (let i = from; i < text.length; i++)
    value = value * 62 + (valuesByCode[text.charCodeAt(i)] ?? Number.NaN);
  return value;
}
