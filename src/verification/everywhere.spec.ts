import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '../event-store/port.js';
import type { ListedProcess } from '../platform/process-list.js';
import { createEverywhere, type Everywhere } from './everywhere.js';

const boundSeconds = 0.2;
const position = '7' as Position;

/** This process and the list as others fill it. */
function setUp() {
  const listed = new Map<string, ListedProcess>();
  const done: string[] = [];
  const house = { isAway: false, position, heard: {} as Readonly<Record<string, (text: string) => void>> };
  const everywhere: Everywhere = createEverywhere({
    processId: 'me',
    list: {
      announce: async (at) => void done.push(`announce ${at}`),
      leave: async () => void done.push('leave'),
      read: () =>
        house.isAway
          ? Promise.reject(new Error('The database is away.'))
          : Promise.resolve([...listed.values()]),
      sweep: () => Promise.resolve(),
    },
    calls: {
      call: async (channel, text = '') => void done.push(`call ${channel} ${text}`.trim()),
      async listen(heard) {
        house.heard = heard;
      },
    },
    feed: () => ({ position: () => house.position, waitFor: async () => house.position === position }),
  });
  const say = (id: string, at: string, ageSeconds = 0) =>
    listed.set(id, { id, position: at, boundSeconds, ageSeconds });
  const outcomes = async () =>
    (await everywhere.reach(position, performance.now()))?.map(({ processId, outcome }) => [
      processId,
      outcome,
    ]);
  return { everywhere, listed, done, house, say, outcomes };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('everywhere', () => {
  it('is here alone where nobody else verifies', async () => {
    expect(await setUp().outcomes()).toEqual([['me', 'confirmed']]);
  });

  it('is where all others say that they have come, be it longer ago', async () => {
    const { everywhere, say, outcomes } = setUp();
    everywhere.start();
    say('early', '12');
    say('late', '6');
    const reached = outcomes();
    await turn();
    say('late', '7');
    expect(await reached).toEqual([
      ['me', 'confirmed'],
      ['early', 'confirmed'],
      ['late', 'confirmed'],
    ]);
    await everywhere.stop();
  });

  it('is heard of by a call, and others are asked by one', async () => {
    const { everywhere, house, done, say, outcomes } = setUp();
    everywhere.start();
    say('other', '6');
    const reached = outcomes();
    await turn();
    expect(done).toEqual(['call compass_arrivals_asked 7']);
    say('other', '7');
    house.heard.compass_arrivals_told?.('');
    expect(await reached).toContainEqual(['other', 'confirmed']);
    await everywhere.stop();
  });

  it('does not wait for one that leaves, nor for one that comes later, nor for one that is long silent', async () => {
    const { listed, say, outcomes } = setUp();
    say('leaving', '6');
    say('killed', '6', 60);
    const reached = outcomes();
    await turn();
    listed.delete('leaving');
    say('new', '6');
    expect(await reached).toEqual([
      ['me', 'confirmed'],
      ['leaving', 'ended'],
    ]);
  });

  it('waits for one that does not answer until that must refuse to verify, though it is seen again behind', async () => {
    const { everywhere, say } = setUp();
    say('frozen', '6');
    const since = performance.now();
    const reached = everywhere.reach(position, since);
    await turn();
    say('frozen', '6.5');
    const [, frozen] = (await reached) ?? [];
    expect(frozen).toMatchObject({ processId: 'frozen', outcome: 'silent' });
    expect(frozen?.afterMilliseconds).toBeGreaterThanOrEqual(boundSeconds * 1_000);
    expect(performance.now() - since).toBeGreaterThanOrEqual(boundSeconds * 1_000);
  });

  it('takes nobody for ended while the database is away', async () => {
    const { house, say, outcomes } = setUp();
    say('other', '6');
    const reached = outcomes();
    await turn();
    house.isAway = true;
    expect(await reached).toEqual([
      ['me', 'confirmed'],
      ['other', 'silent'],
    ]);
  });

  it('is not known where the database is away from the beginning', async () => {
    const { house, outcomes } = setUp();
    house.isAway = true;
    await expect(outcomes()).rejects.toThrow('The database is away.');
  });

  it('is not known where this process stops before', async () => {
    const { everywhere, say, outcomes } = setUp();
    say('other', '6');
    const reached = outcomes();
    await turn();
    await everywhere.stop();
    expect(await reached).toBeUndefined();
  });
});

describe('a process that others ask', () => {
  it('says how far it is once it has come to what they ask for, and nothing to nonsense', async () => {
    const { everywhere, house, done } = setUp();
    everywhere.start();
    const ask = house.heard.compass_arrivals_asked;
    ask?.('nonsense');
    house.position = '6' as Position;
    ask?.(position);
    await sleep(1);
    expect(done).toEqual([]);
    house.position = position;
    ask?.(position);
    await sleep(1);
    expect(done).toEqual(['announce 7', 'call compass_arrivals_told']);
    await everywhere.stop();
  });

  it('is not announced any more when it has left', async () => {
    const { everywhere, done } = setUp();
    await everywhere.announce();
    const late = everywhere.announce();
    await everywhere.leave();
    await late;
    await everywhere.announce();
    expect(done).toEqual(['announce 7', 'leave']);
  });
});
