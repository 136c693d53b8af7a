const byteaOid = 17;
const headerLength = 20;

/**
 * A `bytea[]` parameter in Postgres' binary format (array_recv). The driver would write it as text, in
 * hexadecimal, which takes twice the bytes and makes appends half as fast.
 */
export function encodeByteaArray(items: readonly Uint8Array[]): Buffer {
  const length = items.reduce((sum, item) => sum + 4 + item.length, headerLength);
  const buffer = Buffer.allocUnsafe(length);
  const header = [1, 0, byteaOid, items.length, 1]; // dimensions, no nulls, type, items, first index
  let end = header.reduce((offset, number) => buffer.writeInt32BE(number, offset), 0);
  for (const item of items) {
    end = buffer.writeInt32BE(item.length, end);
    buffer.set(item, end);
    end += item.length;
  }
  return buffer;
}
