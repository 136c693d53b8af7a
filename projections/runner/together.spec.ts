import type { Position } from '../../src/event-store/port.js';
import type { ModelReport } from './status.js';
import { together } from './together.js';

const report = (model: string, position: number): ModelReport => ({
  model,
  state: 'running',
  position: String(position) as Position,
  behindSince: undefined,
  error: undefined,
});

const nextTurn = () => new Promise(setImmediate);

it('sends what is told in one turn together, of each model the last', async () => {
  const sent: (readonly ModelReport[])[] = [];
  const tell = together((reports) => sent.push(reports));
  tell([report('keys', 1)]);
  tell([report('team', 1), report('keys', 2)]);
  expect(sent).toEqual([]);
  await nextTurn();
  expect(sent).toEqual([[report('keys', 2), report('team', 1)]]);
  await nextTurn();
  expect(sent).toHaveLength(1);
  tell([report('keys', 3)]);
  await nextTurn();
  expect(sent.at(-1)).toEqual([report('keys', 3)]);
});
