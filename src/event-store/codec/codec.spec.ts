import { readdirSync, readFileSync } from 'node:fs';
import { type DomainEvent, eventTypes, type Metadata } from '../../domain/recorded.js';
import { createMemoryKeyRing } from '../../platform/key-ring.js';
import type { EncodedEvent, Position, RecordedEvent } from '../port.js';
import { createCodec, erased, type NewEvent, UnreadableEvent } from './codec.js';
import { formats } from './formats.js';

const metadata: Metadata = {
  recordedAt: '2026-11-21T10:00:00.000Z',
  actor: { type: 'user', id: 'user-1', credentialId: 'session-1', role: 'OWNER' },
  teamId: 'team-1',
  correlationId: 'request-1',
  commandId: 'command-1',
  clientIp: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (Ada)',
};

const signedUp: NewEvent = {
  id: '01900000-0000-7000-8000-000000000001',
  event: {
    type: 'UserSignedUp',
    userId: 'user-1',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    teamId: 'team-1',
    teamName: 'Engines',
    signedUpAt: '2026-11-21T10:00:00.000Z',
  },
  metadata,
};

function stored(encoded: EncodedEvent): RecordedEvent {
  return { ...encoded, stream: 'user-user-1', revision: 1n, position: '1' as Position };
}

async function encodeOne(codec: ReturnType<typeof createCodec>, event: NewEvent): Promise<RecordedEvent> {
  const [encoded] = await codec.encode([event]);
  return stored(encoded!);
}

describe('the codec', () => {
  it('gives back what it was given', async () => {
    const codec = createCodec(createMemoryKeyRing());
    const [recorded] = await codec.decode([await encodeOne(codec, signedUp)]);
    expect(recorded).toEqual({ ...signedUp, stream: 'user-user-1', revision: 1, position: '1' });
  });

  it('stores no personal data in clear text', async () => {
    const { data, metadata: told } = await encodeOne(createCodec(createMemoryKeyRing()), signedUp);
    const bytes = Buffer.concat([data, told]).toString('utf8');
    // Not `Ada` alone: sealed bytes, written in Base64, spell three letters now and then.
    for (const personal of ['ada@example.com', '(Ada)', 'Lovelace', '203.0.113.7', 'Mozilla']) {
      expect(bytes).not.toContain(personal);
    }
    expect(bytes).toContain('Engines');
  });

  it('leaves addresses closed for those who have no use for them', async () => {
    const codec = createCodec(createMemoryKeyRing());
    const event = await encodeOne(codec, signedUp);
    const [recorded] = await codec.decode([event], { withoutAddresses: true });
    const { clientIp: _ip, userAgent: _agent, ...told } = metadata;
    expect(recorded?.metadata).toEqual(told);
    expect(recorded?.event).toEqual(signedUp.event);
  });

  it('seals under a key per person and team, per key, and per team and month', async () => {
    const subjects: string[] = [];
    const ring = createMemoryKeyRing((subject) => {
      subjects.push(subject);
      return new Uint8Array(32);
    });
    await createCodec(ring).encode([signedUp]);
    expect(new Set(subjects)).toEqual(new Set(['person-user-1-team-1', 'addresses-team-1-2026-11']));
  });

  it('reads what a destroyed key sealed as erased, and everything else as before', async () => {
    const ring = createMemoryKeyRing();
    const codec = createCodec(ring);
    const event = await encodeOne(codec, signedUp);
    await ring.destroy('person-user-1-team-1');
    const [recorded] = await codec.decode([event]);
    expect(recorded?.event).toEqual({ ...signedUp.event, email: erased, name: erased });
    expect(recorded?.metadata).toEqual(metadata);
  });

  it('does not open a box that was moved to another event', async () => {
    const codec = createCodec(createMemoryKeyRing());
    const event = await encodeOne(codec, signedUp);
    const moved = { ...event, id: '01900000-0000-7000-8000-000000000002' };
    await expect(codec.decode([moved])).rejects.toThrow(UnreadableEvent);
  });

  it.each([
    ['an unknown name', { type: 'KeyPolished' }, 'its name is unknown'],
    ['a name every object has', { type: 'constructor' }, 'its name is unknown'],
    ['no JSON', { data: Buffer.from('{') }, 'it is not JSON'],
    ['nothing', { data: Buffer.from('null') }, 'it is JSON, but not an object'],
    ['metadata that are a number', { metadata: Buffer.from('1') }, 'it is JSON, but not an object'],
    ['an unknown version', { metadata: Buffer.from('{"schema":99}') }, 'its schema version 99 is unknown'],
    ['another key ring', {}, 'the key ring has no data key'],
  ])('refuses %s, naming the event', async (what, broken, why) => {
    const codec = createCodec(createMemoryKeyRing());
    const event = await encodeOne(codec, signedUp);
    const reader = what === 'another key ring' ? createCodec(createMemoryKeyRing()) : codec;
    const error: unknown = await reader.decode([{ ...event, ...broken }]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnreadableEvent);
    expect(String(error)).toContain(why);
    expect(String(error)).toContain('at position 1 (user-user-1)');
    expect(String(error)).not.toContain('ada@example.com');
  });
});

interface Golden {
  readonly type: string;
  readonly id: string;
  /** The stored bytes as text. */
  readonly data: string;
  readonly metadata: string;
  readonly event: DomainEvent;
  readonly told: Metadata;
}

/** Shapes that stand in somebody's log: they are read for ever, and a file here is never changed. */
const folder = new URL('../../../test/golden/events/', import.meta.url);
const goldens = readdirSync(folder).map((file) => ({
  file,
  golden: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden,
}));

describe('events as they were ever written', () => {
  it.each(goldens)('$file', async ({ golden }) => {
    // In the golden files every data key is 32 bytes of 7.
    const ring = createMemoryKeyRing(() => new Uint8Array(32).fill(7));
    const subjects = JSON.stringify(golden).matchAll(/\\"sealed\\":\\"([^"\\]+)/g);
    for (const [, subject] of subjects) await ring.keyFor(subject!);
    const recorded = stored({
      id: golden.id,
      type: golden.type,
      data: Buffer.from(golden.data),
      metadata: Buffer.from(golden.metadata),
    });
    const [decoded] = await createCodec(ring).decode([recorded]);
    expect(decoded?.event).toEqual(golden.event);
    expect(decoded?.metadata).toEqual(golden.told);
  });

  it('are kept for every event and its present version', () => {
    const kept = goldens.map(({ file }) => file);
    for (const type of eventTypes) expect(kept).toContain(`${type}.v${formats[type].schema}.json`);
  });
});
