import { AppendQueue, type Waiting } from './append-queue.js';

describe('AppendQueue', () => {
  it('gives one append of each stream, in the order of the calls', () => {
    const queue = queueOf(
      waiting('a', 1),
      waiting('a', 2),
      waiting('b', 3),
      waiting('c', 4),
      waiting('a', 5),
    );
    expect(numbers(queue.takeGroup())).toEqual([1, 3, 4]);
    expect(numbers(queue.takeGroup())).toEqual([2]);
    expect(numbers(queue.takeGroup())).toEqual([5]);
    expect(queue.isEmpty).toBe(true);
  });

  it('sends a stream that had its turn to the end', () => {
    const queue = queueOf(waiting('a', 1), waiting('a', 2));
    queue.takeGroup();
    queue.add(waiting('b', 3));
    queue.add(waiting('c', 4));
    expect(numbers(queue.takeGroup())).toEqual([2, 3, 4]);
  });

  it.each([
    {
      limit: 'appends',
      given: Array.from({ length: 501 }, (_, index) => waiting(`${index}`, 1)),
      first: 500,
    },
    { limit: 'events', given: [waiting('a', 1, 600), waiting('b', 2, 400), waiting('c', 3)], first: 2 },
    { limit: 'bytes', given: 'abcde'.split('').map((stream) => waiting(stream, 1, 1, 999_000)), first: 4 },
  ])('keeps a group within its number of $limit', ({ given, first }) => {
    const queue = queueOf(...given);
    expect(queue.takeGroup()).toHaveLength(first);
    expect(queue.takeGroup()).toHaveLength(given.length - first);
  });

  it('takes 10,000 appends and no more, until some were taken out', () => {
    const queue = queueOf(...Array.from({ length: 10_000 }, () => waiting('a', 1)));
    expect(queue.add(waiting('b', 2))).toBe(false);
    queue.takeGroup();
    expect(queue.add(waiting('b', 2))).toBe(true);
  });

  it('takes 64 MB and no more, until some were taken out', () => {
    const queue = queueOf(...Array.from({ length: 64 }, () => waiting('a', 1, 1, 990_000)));
    expect(queue.add(waiting('b', 2, 1, 990_000))).toBe(false);
    queue.takeGroup();
    expect(queue.add(waiting('b', 2, 1, 990_000))).toBe(true);
  });
});

function queueOf(...appends: Waiting[]): AppendQueue {
  const queue = new AppendQueue();
  for (const append of appends) queue.add(append);
  return queue;
}

/** The number, which tells one from the other, is the expected revision. */
function waiting(stream: string, number: number, count = 1, bytes = 1): Waiting {
  const event = { id: '', type: 'T', data: new Uint8Array(bytes), metadata: new Uint8Array() };
  return {
    stream,
    expected: BigInt(number),
    events: Array.from({ length: count }, () => event),
    sinceMilliseconds: 0,
    resolve: () => undefined,
    reject: () => undefined,
  };
}

function numbers(group: readonly Waiting[]): number[] {
  return group.map(({ expected }) => Number(expected));
}
