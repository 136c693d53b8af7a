import { type AppendResult, OutcomeUnknown, type Position, StoreUnavailable } from '../port.js';
import type { Append } from './append-queue.js';
import { GroupCommit, type GroupReport, type SendGroup } from './group-commit.js';

describe('GroupCommit', () => {
  const reports: GroupReport[] = [];
  beforeEach(() => {
    reports.length = 0;
  });
  const commitBy = (send: SendGroup): GroupCommit => new GroupCommit(send, (report) => reports.push(report));

  it('sends what gathers while a group is under way as the next group', async () => {
    const commit = commitBy(answer);
    const second = commit.append(append('a')).then(() => Promise.all([append('d'), append('e')].map(send)));
    const send = (each: Append): Promise<AppendResult> => commit.append(each);
    await Promise.all([append('b'), append('c')].map(send));
    await second;
    expect(reports.map(({ seconds }) => seconds.length)).toEqual([3, 2]);
  });

  it('reports of each group its events, how long each append took, and the failure', async () => {
    const failure = new StoreUnavailable('Not now.');
    const commit = commitBy(() => Promise.reject(failure));
    await Promise.allSettled([commit.append(append('a')), commit.append(append('b', 3))]);
    expect(reports).toEqual([
      { events: 4, seconds: [expect.any(Number), expect.any(Number)], error: failure },
    ]);
  });

  it('finds every bad member and stores the others once', async () => {
    const stored: string[] = [];
    const bad = new Set(['3', '4', '11']);
    const commit = commitBy(async (group) => {
      if (group.some(({ stream }) => bad.has(stream))) throw new Error('Refused.');
      stored.push(...group.map(({ stream }) => stream));
      return answer(group);
    });
    const streams = Array.from({ length: 17 }, (_, index) => String(index));
    const outcomes = await Promise.allSettled(streams.map((stream) => commit.append(append(stream))));
    const refused = streams.filter((_, index) => outcomes[index]?.status === 'rejected');
    expect(refused).toEqual([...bad]);
    expect(stored.toSorted()).toEqual(streams.filter((stream) => !bad.has(stream)).toSorted());
  });

  it.each([OutcomeUnknown, StoreUnavailable])(
    'never sends a group again that ended in %p',
    async (Failure) => {
      let sent = 0;
      const commit = commitBy(() => {
        sent += 1;
        return Promise.reject(new Failure('So it is.'));
      });
      const appends = ['a', 'b', 'c'].map((stream) => commit.append(append(stream)));
      for (const outcome of await Promise.allSettled(appends)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(Failure) });
      }
      expect(sent).toBe(1);
    },
  );

  it('refuses at once what the queue does not hold', async () => {
    const commit = commitBy(answer);
    const held = Array.from({ length: 10_000 }, (_, index) => commit.append(append(`${index}`)));
    await expect(commit.append(append('late'))).rejects.toThrow(StoreUnavailable);
    expect(await Promise.all(held)).toHaveLength(10_000);
    expect(await commit.append(append('late'))).toMatchObject({ ok: true });
  });

  it('gives up what waits when it is closed and the log fails', async () => {
    let sent = 0;
    const commit = commitBy(() => {
      sent += 1;
      return Promise.reject(new OutcomeUnknown('Silence.'));
    });
    const appends = [1, 2, 3].map(() => commit.append(append('a')));
    const outcomes = Promise.allSettled(appends);
    await commit.close();
    const reasons = (await outcomes).map((outcome) => 'reason' in outcome && outcome.reason.name);
    expect(reasons).toEqual(['OutcomeUnknown', 'StoreUnavailable', 'StoreUnavailable']);
    expect(sent).toBe(1);
  });
});

const answer: SendGroup = async (group) =>
  group.map(({ expected, events }) => ({
    ok: true,
    revision: expected + BigInt(events.length),
    position: '1' as Position,
  }));

function append(stream: string, count = 1): Append {
  const event = { id: '', type: 'T', data: new Uint8Array(), metadata: new Uint8Array() };
  return { stream, expected: 0n, events: Array.from({ length: count }, () => event) };
}
