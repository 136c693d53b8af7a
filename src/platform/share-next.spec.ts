import { shareNext } from './share-next.js';

describe('shared work', () => {
  function setUp() {
    const runs: PromiseWithResolvers<number>[] = [];
    const ask = shareNext(() => {
      const run = Promise.withResolvers<number>();
      runs.push(run);
      return run.promise;
    });
    return { runs, ask };
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('is done once for all who ask before it begins, and once more for those who ask while it is done', async () => {
    const { runs, ask } = setUp();
    const first = [ask(), ask()];
    await turn();
    const second = [ask(), ask()];
    await turn();
    expect(runs).toHaveLength(1);
    runs[0]?.resolve(1);
    await turn();
    runs[1]?.resolve(2);
    expect(await Promise.all([...first, ...second])).toEqual([1, 1, 2, 2]);
    expect(runs).toHaveLength(2);
  });

  it('fails for those who shared it, and for nobody after them', async () => {
    const { runs, ask } = setUp();
    const failing = ask();
    await turn();
    const succeeding = ask();
    runs[0]?.reject(new Error('Away.'));
    await expect(failing).rejects.toThrow('Away.');
    await turn();
    runs[1]?.resolve(2);
    expect(await succeeding).toBe(2);
  });
});
