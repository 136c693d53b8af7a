/** CRC-32/ISO-HDLC (polynomial 0xEDB88320 reflected), one entry per byte value, signed as bit operations are. */
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * CRC-32/ISO-HDLC of ASCII text or of its beginning, as an unsigned number.
 * Check value: `crc32('123456789') === 0xcbf43926`.
 */
export function crc32(ascii: string, end = ascii.length): number {
  let crc = -1;
  for (let i = 0; i < end; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ ascii.charCodeAt(i)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}
