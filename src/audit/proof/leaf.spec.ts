import { readFileSync } from 'node:fs';
import { type LeafEvent, leafHash } from './leaf.js';

interface Vector {
  readonly name: string;
  /** `revision` in decimal digits, `data` and `metadata` in hexadecimal. */
  readonly event: Record<keyof LeafEvent, string>;
  readonly leaf: string;
}

// Made by another program (Python's hashlib and struct) from the description alone.
const file = new URL('../../../test/golden/leaf.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];

describe('leafHash', () => {
  it.each(vectors)('keeps to the golden vector: $name', ({ event, leaf }) => {
    expect(leafHash(eventOf({ event })).toString('hex')).toBe(leaf);
  });

  it('gives every vector a leaf of its own', () => {
    const leaves = vectors.map((vector) => leafHash(eventOf(vector)).toString('hex'));
    expect(new Set(leaves).size).toBe(vectors.length);
  });

  it('does not look at the position', () => {
    const [vector] = vectors;
    if (!vector) throw new Error('test/golden/leaf.json is empty.');
    const recorded = { ...eventOf(vector), position: '7' };
    expect(leafHash(recorded).toString('hex')).toBe(vector.leaf);
  });
});

function eventOf({ event }: Pick<Vector, 'event'>): LeafEvent {
  return {
    ...event,
    revision: BigInt(event.revision),
    data: Buffer.from(event.data, 'hex'),
    metadata: Buffer.from(event.metadata, 'hex'),
  };
}
