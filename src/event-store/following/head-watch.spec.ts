import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '../port.js';
import { HeadWatch } from './head-watch.js';

const never = 3_600_000;
const noSignal = new AbortController().signal;

describe('HeadWatch', () => {
  it('does not let wait who is behind', async () => {
    const watch = watchOver(() => 0, never);
    watch.advance(at(5));
    await watch.beyond(at(4), noSignal);
  });

  it('wakes those whom the log has passed, and only them', async () => {
    const watch = watchOver(() => 0, never);
    const woken: number[] = [];
    const waits = [3, 1, 2].map((position) =>
      watch.beyond(at(position), noSignal).then(() => woken.push(position)),
    );
    watch.advance(at(2));
    watch.advance(at(1));
    await waits[1];
    expect(woken).toEqual([1]);
    watch.advance(at(4));
    await Promise.all(waits);
    expect(woken.toSorted()).toEqual([1, 2, 3]);
  });

  it('looks once for all who wait', async () => {
    let looks = 0;
    const watch = watchOver(() => (++looks >= 3 ? 1 : 0), 1);
    await Promise.all([0, 0, 0, 0].map((position) => watch.beyond(at(position), noSignal)));
    expect(looks).toBe(3);
  });

  it('comes back to where the log is from what it was told wrongly', async () => {
    let head = 3;
    const watch = watchOver(() => head, never);
    watch.advance(at(9));
    await watch.beyond(at(8), noSignal);
    await watch.check();
    const woken: number[] = [];
    const wait = watch.beyond(at(3), noSignal).then(() => woken.push(head));
    await nextTurn();
    head = 4;
    watch.advance(at(head));
    await wait;
    expect(woken).toEqual([4]);
  });

  it('believes what it is told while it looks', async () => {
    const watch = watchOver(() => 3, never);
    watch.advance(at(5));
    const checked = watch.check();
    watch.advance(at(6));
    await checked;
    await watch.beyond(at(5), noSignal);
  });

  it('fails all who wait when it cannot look, and looks again for the next', async () => {
    let looks = 0;
    const watch = watchOver(() => {
      if (++looks === 1) throw new Error('Gone.');
      return 1;
    }, 1);
    const waits = [watch.beyond(at(0), noSignal), watch.beyond(at(0), noSignal)];
    for (const { status } of await Promise.allSettled(waits)) expect(status).toBe('rejected');
    await watch.beyond(at(0), noSignal);
  });

  it('lets go who aborts, before and while he waits', async () => {
    const watch = watchOver(() => 0, never);
    await watch.beyond(at(0), AbortSignal.abort());
    const abort = new AbortController();
    const wait = watch.beyond(at(0), abort.signal);
    abort.abort();
    await wait;
  });
});

function watchOver(look: () => number, pollMilliseconds: number): HeadWatch {
  return new HeadWatch(async () => at(look()), pollMilliseconds);
}

function at(count: number): Position {
  return String(count) as Position;
}
