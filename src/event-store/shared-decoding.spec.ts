import type { Recorded } from '../domain/recorded.js';
import type { Position, RecordedEvent } from './port.js';
import { shareDecoding } from './shared-decoding.js';

const decoded: string[] = [];

/** Remembers what it was asked to decode. */
function decodeEvents(events: readonly RecordedEvent[]): Promise<Recorded[]> {
  decoded.push(...events.map(({ position }) => position));
  return Promise.resolve(events.map(({ position }) => ({ position }) as unknown as Recorded));
}

function event(position: number, bytes = 10): RecordedEvent {
  return {
    id: String(position),
    type: 'T',
    stream: 's',
    revision: BigInt(position),
    position: String(position) as Position,
    data: new Uint8Array(bytes),
    metadata: new Uint8Array(bytes),
  };
}

beforeEach(() => decoded.splice(0));

it('decodes an event once, whoever asks for it and in whatever company', async () => {
  const decode = shareDecoding(decodeEvents);
  await decode([event(1), event(3)]);
  const all = await decode([event(1), event(2), event(3), event(4)]);
  expect(all.map(({ position }) => position)).toEqual(['1', '2', '3', '4']);
  expect(decoded).toEqual(['1', '3', '2', '4']);
});

it('decodes an event once for all who ask at the same moment', async () => {
  const decode = shareDecoding(decodeEvents);
  const asked = await Promise.all([
    decode([event(1), event(2)]),
    decode([event(1), event(2)]),
    decode([event(2), event(3)]),
  ]);
  expect(asked.map((events) => events.map(({ position }) => position))).toEqual([
    ['1', '2'],
    ['1', '2'],
    ['2', '3'],
  ]);
  expect(decoded).toEqual(['1', '2', '3']);
});

it('tries again for who asks while another fails, and for who asks later', async () => {
  let fails = true;
  const decode = shareDecoding((events) => {
    const failing = fails;
    fails = false;
    return failing ? Promise.reject(new Error('the key ring is away')) : decodeEvents(events);
  });
  const asked = await Promise.allSettled([decode([event(1)]), decode([event(1)])]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(await decode([event(1)])).toHaveLength(1);
  expect(decoded).toEqual(['1']);
});

it('keeps a bounded amount: the oldest are decoded again', async () => {
  const decode = shareDecoding(decodeEvents);
  for (let position = 1; position <= 20; position++) await decode([event(position, 1_000_000)]);
  decoded.splice(0);
  await decode([event(1, 1_000_000), event(20, 1_000_000)]);
  expect(decoded).toEqual(['1']);
});
