import { setImmediate as nextTurn } from 'node:timers/promises';
import { HeadWatch } from './head-watch.js';

const never = 3_600_000;
const noSignal = new AbortController().signal;

describe('HeadWatch', () => {
  it('does not let wait who is behind', async () => {
    const watch = watchOver(() => 0n, never);
    watch.advance(5n);
    await watch.beyond(4n, noSignal);
  });

  it('wakes those whom the log has passed, and only them', async () => {
    const watch = watchOver(() => 0n, never);
    const woken: bigint[] = [];
    const waits = [3n, 1n, 2n].map((position) =>
      watch.beyond(position, noSignal).then(() => woken.push(position)),
    );
    watch.advance(2n);
    watch.advance(1n);
    await waits[1];
    expect(woken).toEqual([1n]);
    watch.advance(4n);
    await Promise.all(waits);
    expect(woken.toSorted()).toEqual([1n, 2n, 3n]);
  });

  it('looks once for all who wait', async () => {
    let looks = 0;
    const watch = watchOver(() => BigInt(++looks >= 3 ? 1 : 0), 1);
    await Promise.all([0n, 0n, 0n, 0n].map((position) => watch.beyond(position, noSignal)));
    expect(looks).toBe(3);
  });

  it('comes back to where the log is from what it was told wrongly', async () => {
    let head = 3n;
    const watch = watchOver(() => head, never);
    watch.advance(9n);
    await watch.beyond(8n, noSignal);
    await watch.check();
    const woken: bigint[] = [];
    const wait = watch.beyond(3n, noSignal).then(() => woken.push(head));
    await nextTurn();
    head = 4n;
    watch.advance(head);
    await wait;
    expect(woken).toEqual([4n]);
  });

  it('believes what it is told while it looks', async () => {
    const watch = watchOver(() => 3n, never);
    watch.advance(5n);
    const checked = watch.check();
    watch.advance(6n);
    await checked;
    await watch.beyond(5n, noSignal);
  });

  it('fails all who wait when it cannot look, and looks again for the next', async () => {
    let looks = 0;
    const watch = watchOver(() => {
      if (++looks === 1) throw new Error('Gone.');
      return 1n;
    }, 1);
    const waits = [watch.beyond(0n, noSignal), watch.beyond(0n, noSignal)];
    for (const { status } of await Promise.allSettled(waits)) expect(status).toBe('rejected');
    await watch.beyond(0n, noSignal);
  });

  it('lets go who aborts, before and while he waits', async () => {
    const watch = watchOver(() => 0n, never);
    await watch.beyond(0n, AbortSignal.abort());
    const abort = new AbortController();
    const wait = watch.beyond(0n, abort.signal);
    abort.abort();
    await wait;
  });
});

function watchOver(look: () => bigint, pollMilliseconds: number): HeadWatch {
  return new HeadWatch(async () => look(), pollMilliseconds);
}
