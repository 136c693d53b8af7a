import type { Position } from '../../src/event-store/port.js';
import { createProgress } from './progress.js';

const at = (position: number) => String(position) as Position;

describe('progress', () => {
  it('answers at once when everybody is there', async () => {
    const progress = createProgress();
    progress.advance('keys', at(10));
    expect(await progress.wait(['keys'], at(9), 0)).toBe(true);
    expect(await progress.wait(['keys'], at(10), 0)).toBe(true);
    expect(progress.positionOf('keys')).toBe('10');
    expect(progress.positionOf('team')).toBe('0');
  });

  it('wakes those who wait when the last model has come far enough', async () => {
    const progress = createProgress();
    const waiting = progress.wait(['keys', 'team'], at(10), 60_000);
    progress.advance('keys', at(10));
    progress.advance('team', at(9));
    expect(progress.isAwaited(['team'])).toBe(true);
    expect(progress.isAwaited(['keys'])).toBe(false);
    progress.advance('team', at(100));
    expect(await waiting).toBe(true);
    expect(progress.isAwaited(['team'])).toBe(false);
  });

  it('gives up after the time', async () => {
    const progress = createProgress();
    expect(await progress.wait(['keys'], at(1), 5)).toBe(false);
    expect(progress.isAwaited(['keys'])).toBe(false);
  });
});
