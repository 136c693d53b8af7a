import { instant, keyCreated, metadata } from '../../test/support/projection-events.js';
import { createCodec } from '../event-store/codec/codec.js';
import { createLedger, type Ledger } from '../event-store/ledger.js';
import { createMemoryEventStore } from '../event-store/memory/index.js';
import { type Position, StoreUnavailable, start } from '../event-store/port.js';
import { newId } from '../platform/ids.js';
import { createMemoryKeyRing } from '../platform/key-ring.js';
import { createAccessIndex } from './access-index.js';
import { type AccessFeed, createAccessFeed } from './feed.js';

const patienceMilliseconds = 20_000;
const running: AccessFeed[] = [];

afterEach(async () => {
  for (const feed of running.splice(0)) await feed.stop();
});

function setUp(load: () => Promise<Position> = () => Promise.resolve(start)) {
  const ledger = createLedger(createMemoryEventStore(), createCodec(createMemoryKeyRing()));
  const house: { follow: Ledger['follow']; head: Ledger['head']; announce: () => Promise<void> } = {
    follow: ledger.follow,
    head: ledger.head,
    announce: () => Promise.resolve(),
  };
  const index = createAccessIndex();
  const warnings: string[] = [];
  const feed = createAccessFeed({
    ledger: { ...ledger, follow: (options) => house.follow(options), head: () => house.head() },
    index,
    load,
    announce: () => house.announce(),
    warn: (message) => warnings.push(message),
  });
  running.push(feed);
  async function create(keyId: string): Promise<Position> {
    const event = { id: newId(), event: keyCreated({ keyId }), metadata: metadata() };
    const result = await ledger.append(`key-${keyId}`, 0, [event]);
    if (!result.ok) throw new Error('It was there already.');
    return result.position;
  }
  return { ledger, house, index, feed, warnings, create };
}

describe('the feed of the index', () => {
  it('has started once the index is at the head, and fresh', async () => {
    const { feed, index, create } = setUp();
    await create('k1');
    await feed.start();
    expect(index.key('k1')).toBeDefined();
    expect(feed.stalenessSeconds()).toBeLessThan(60);
  });

  it('goes on from where the read model was', async () => {
    const { feed, index, create } = setUp(() => Promise.resolve('1' as Position));
    await create('k1');
    await create('k2');
    await feed.start();
    expect([index.key('k1'), index.key('k2')?.keyId]).toEqual([undefined, 'k2']);
  });

  it('says when the index has what was just written', async () => {
    const { feed, index, create } = setUp();
    await feed.start();
    expect(await feed.waitFor(await create('k1'), patienceMilliseconds)).toBe(true);
    expect(index.key('k1')).toBeDefined();
    expect(await feed.waitFor(start, 0)).toBe(true);
    expect(await feed.waitFor('99' as Position, 1)).toBe(false);
  });

  it('does not bring a deleted key back to life when events come again', async () => {
    const { feed, house, index, ledger, create } = setUp();
    house.follow = async function* (options) {
      for await (const batch of ledger.follow(options)) {
        yield { ...batch, events: [...batch.events, ...batch.events.slice(0, 1)] };
      }
    };
    await create('k1');
    const deleted = { type: 'KeyDeleted', deletedAt: instant(1) } as const;
    await ledger.append('key-k1', 1, [{ id: newId(), event: deleted, metadata: metadata() }]);
    await feed.start();
    expect(await feed.waitFor(await create('k2'), patienceMilliseconds)).toBe(true);
    expect([index.key('k1'), index.key('k2')?.keyId]).toEqual([undefined, 'k2']);
  });

  it('goes on after failures without missing anything', async () => {
    const { feed, house, index, ledger, warnings, create } = setUp();
    let failures = 2;
    house.follow = async function* (options) {
      for await (const batch of ledger.follow(options)) {
        if (batch.events.length > 0 && failures-- > 0) throw new StoreUnavailable('Away.');
        yield batch;
      }
    };
    await feed.start();
    await create('k1');
    expect(await feed.waitFor(await create('k2'), patienceMilliseconds)).toBe(true);
    expect([index.key('k1')?.keyId, index.key('k2')?.keyId]).toEqual(['k1', 'k2']);
    expect(warnings).toHaveLength(2);
  });

  it('is stale for ever until it has seen the head', () => {
    expect(setUp().feed.stalenessSeconds()).toBe(Number.POSITIVE_INFINITY);
  });

  it('grows stale while the head cannot be read, and says so', async () => {
    const { feed, house, ledger, warnings } = setUp();
    await feed.start();
    await freshOf(feed);
    const failed = new Promise<void>((resolve) => {
      house.head = () => {
        resolve();
        return Promise.reject(new StoreUnavailable('Away.'));
      };
    });
    await failed;
    const before = feed.stalenessSeconds();
    await nextBeat(warnings);
    expect(feed.stalenessSeconds()).toBeGreaterThan(before);
    house.head = ledger.head;
    const worst = feed.stalenessSeconds();
    await until(() => feed.stalenessSeconds() < worst);
    expect(feed.stalenessSeconds()).toBeLessThan(worst);
  });

  it('is not fresh before others know of it, and looks at the head only then', async () => {
    const { feed, house, ledger } = setUp();
    const announced = Promise.withResolvers<void>();
    let looks = 0;
    const begun = new Promise<void>((resolve) => {
      house.announce = () => {
        resolve();
        return announced.promise;
      };
    });
    house.head = () => {
      looks += 1;
      return ledger.head();
    };
    const started = feed.start();
    await begun;
    expect([looks, feed.stalenessSeconds()]).toEqual([1, Number.POSITIVE_INFINITY]);
    announced.resolve();
    await started;
    expect(looks).toBe(2);
    expect(feed.stalenessSeconds()).toBeLessThan(60);
  });

  it('grows stale while it cannot follow, though the head can be read', async () => {
    const { feed, house, create } = setUp();
    house.follow = async function* ({ signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    await feed.start();
    await create('k1');
    const heads: Position[] = [];
    const { head } = house;
    house.head = async () => {
      heads.push(await head());
      return heads.at(-1)!;
    };
    await until(() => heads.length > 1);
    const before = feed.stalenessSeconds();
    await until(() => heads.length > 2);
    expect(feed.stalenessSeconds()).toBeGreaterThan(before);
  });
});

const freshOf = (feed: AccessFeed) => until(() => Number.isFinite(feed.stalenessSeconds()));
const nextBeat = (warnings: readonly string[]) => {
  const count = warnings.length;
  return until(() => warnings.length > count);
};

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
