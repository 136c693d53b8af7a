import { AccountsBusy, createGate } from './gate.js';

function pending() {
  const done: Array<() => void> = [];
  const started: number[] = [];
  const work = (name: number) => () => {
    started.push(name);
    return new Promise<number>((resolve) => done.push(() => resolve(name)));
  };
  return { done, started, work };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  it('runs as many as it may at once and the others in order', async () => {
    const gate = createGate({ atOnceMax: 2, waitingMax: 2 });
    const { done, started, work } = pending();
    const results = [1, 2, 3, 4].map((name) => gate.run(work(name)));
    await turn();
    expect(started).toEqual([1, 2]);
    done[1]?.();
    await turn();
    expect(started).toEqual([1, 2, 3]);
    done[0]?.();
    done[2]?.();
    await turn();
    done[3]?.();
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4]);
  });

  it('refuses what its queue cannot hold, without beginning it', async () => {
    const gate = createGate({ atOnceMax: 1, waitingMax: 1 });
    const { done, started, work } = pending();
    const first = gate.run(work(1));
    const second = gate.run(work(2));
    await expect(gate.run(work(3))).rejects.toThrow(AccountsBusy);
    done[0]?.();
    await first;
    await turn();
    done[1]?.();
    await second;
    expect(started).toEqual([1, 2]);
  });

  it('gives the place on when the work fails', async () => {
    const gate = createGate({ atOnceMax: 1, waitingMax: 0 });
    await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.run(() => Promise.resolve('yes'))).toBe('yes');
  });
});
