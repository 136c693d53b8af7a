import { keyCreated, metadata, use } from '../../test/support/projection-events.js';
import type { EventType } from '../domain/recorded.js';
import { newId } from '../platform/ids.js';
import { createMemoryKeyRing } from '../platform/key-ring.js';
import { type Codec, createCodec } from './codec/codec.js';
import { createLedger } from './ledger.js';
import { createMemoryEventStore } from './memory/index.js';
import { start } from './port.js';

it('leaves out undecoded what a follower does not want, and goes on behind it', async () => {
  const decoded: string[] = [];
  const codec = createCodec(createMemoryKeyRing());
  const listening: Codec = {
    encode: codec.encode,
    decode(events, options) {
      decoded.push(...events.map(({ type }) => type));
      return codec.decode(events, options);
    },
  };
  const ledger = createLedger(createMemoryEventStore(), listening);
  const uses = { type: 'KeyUsesRecorded', rows: [use({ keyId: 'k1' })] } as const;
  const ids: string[] = [];
  for (const [stream, event] of [
    ['uses-p1-2026-11-21', uses],
    ['key-k1', keyCreated({ keyId: 'k1' })],
    ['uses-p1-2026-11-22', uses],
  ] as const) {
    const id = newId();
    ids.push(id);
    await ledger.append(stream, 0, [{ id, event, metadata: metadata() }]);
  }

  const stopping = new AbortController();
  const without = new Set<EventType>(['KeyUsesRecorded']);
  const seen: string[] = [];
  for await (const batch of ledger.follow({ after: start, signal: stopping.signal, without })) {
    seen.push(...batch.events.map(({ id }) => id));
    if (batch.position === (await ledger.head())) stopping.abort();
  }
  expect(seen).toEqual([ids[1]]);
  expect(decoded).toEqual(['KeyCreated']);
});
