import { createMetrics, type MetricsReport } from '../platform/metrics.js';
import { createGathering } from './gathering.js';

interface Counted {
  readonly verdicts: number;
  readonly seconds: readonly number[];
  readonly staleness: number;
}

/** What a process that has counted this would send. */
async function reportOf({ verdicts, seconds, staleness }: Counted): Promise<MetricsReport> {
  let ask: () => Promise<MetricsReport> = () => Promise.resolve([]);
  const metrics = createMetrics({
    offer(report) {
      ask = report;
    },
    print: () => Promise.resolve(''),
  });
  metrics.verdicts.add('VALID', verdicts);
  for (const one of seconds) metrics.verifySeconds.observe(one);
  metrics.gauge('compass_verification_staleness_seconds', 'Age.', () => staleness);
  return ask();
}

/** The lines that these specs are about, without what they have in common. */
const linesOf = (text: string) =>
  text.split('\n').filter((line) => /^compass_(verdicts|verify_seconds_(sum|count)|verif.*stale)/.test(line));

const one = await reportOf({ verdicts: 3, seconds: [0.5, 0.25], staleness: 0.5 });
const other = await reportOf({ verdicts: 4, seconds: [0.25], staleness: Number.POSITIVE_INFINITY });

test('counters and histograms are added up; of a gauge the greatest counts', async () => {
  const gathering = createGathering();
  const text = await gathering.gather((round) => {
    queueMicrotask(() => gathering.take(1, round, one));
    queueMicrotask(() => gathering.take(2, round, other));
    return [1, 2];
  });
  expect(linesOf(text)).toEqual([
    'compass_verdicts_total{code="VALID"} 7',
    'compass_verify_seconds_sum 1',
    'compass_verify_seconds_count 3',
    'compass_verification_staleness_seconds +Inf',
  ]);
  expect(text).toContain('compass_verify_seconds_bucket{le="+Inf"} 3');
});

test('of a process that has ended the sums stay and the gauges go', async () => {
  const gathering = createGathering();
  gathering.take(2, 0, other);
  gathering.forget(2);
  const text = await gathering.gather((round) => {
    queueMicrotask(() => gathering.take(1, round, one));
    return [1];
  });
  expect(linesOf(text)).toEqual([
    'compass_verdicts_total{code="VALID"} 7',
    'compass_verify_seconds_sum 1',
    'compass_verify_seconds_count 3',
    'compass_verification_staleness_seconds 0.5',
  ]);
});

test('one that ends instead of answering keeps nobody waiting', async () => {
  const gathering = createGathering();
  const text = await gathering.gather((round) => {
    queueMicrotask(() => {
      gathering.take(1, round, one);
      gathering.forget(2);
    });
    return [1, 2];
  });
  expect(linesOf(text)).toContain('compass_verdicts_total{code="VALID"} 3');
});
