import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type Metric,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';

/** Injection token of `Metrics`. */
export const METRICS = Symbol('metrics');

/** What a process has counted, fit to be sent to another one. */
export type MetricsReport = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Where several processes serve together, each answers for all of them. */
export interface MetricsExchange {
  /** Takes the way to ask this process for its own. */
  offer(report: () => Promise<MetricsReport>): void;
  /** Those of all processes together, as `addReports` adds them up, in Prometheus' words. */
  print(): Promise<string>;
}

/** What the product counts of itself. One per process. */
export interface Metrics {
  readonly contentType: string;
  /** In Prometheus' words, for `/metrics`; where processes share their metrics, those of all of them. */
  print(): Promise<string>;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly verdicts: Tally;
  /** Calls of the verification routes, by status: counted apart because nothing there may cost much. */
  readonly verifyCalls: Tally;
  readonly verifySeconds: Durations;
  readonly appendSeconds: Histogram;
  /** A gauge whose value is asked for when it is printed; of several processes the greatest value counts. */
  gauge(name: string, help: string, read: () => number): void;
  gaugePer(name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void;
}

/** A counter in a plain map: counting costs one look-up, and the registry reads it when it is asked. */
export interface Tally {
  add(label: string, count?: number): void;
}

/** A histogram in plain numbers, for the same reason. */
export interface Durations {
  /** @param count of things that took so long */
  observe(seconds: number, count?: number): void;
}

const requestBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const verifyBucketsSeconds = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05];

export function createMetrics(exchange?: MetricsExchange): Metrics {
  const registry = new Registry();
  exchange?.offer(() => registry.getMetricsAsJSON());
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  function tally(name: string, help: string, label: string): Tally {
    const counts = new Map<string, number>();
    const counter = new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        counter.reset();
        for (const [value, count] of counts) counter.inc({ [label]: value }, count);
      },
    });
    return {
      add: (value, count = 1) => counts.set(value, (counts.get(value) ?? 0) + count),
    };
  }

  function durations(name: string, help: string): Durations {
    const counts = new Float64Array(verifyBucketsSeconds.length + 1);
    let sum = 0;
    const value = (metricName: string, value: number, le?: number | string) => ({
      metricName,
      value,
      labels: le === undefined ? {} : { le },
    });
    const get = () => {
      let count = 0;
      const buckets = [...verifyBucketsSeconds, '+Inf'].map((bound, i) => {
        count += counts[i] ?? 0;
        return value(`${name}_bucket`, count, bound);
      });
      const values = [...buckets, value(`${name}_sum`, sum), value(`${name}_count`, count)];
      return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
    };
    // All that the registry asks of a metric.
    registry.registerMetric({ name, get, reset: () => undefined } as unknown as Metric);
    return {
      observe(seconds, count = 1) {
        let bucket = 0;
        while (seconds > (verifyBucketsSeconds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
        counts[bucket] = (counts[bucket] ?? 0) + count;
        sum += seconds * count;
      },
    };
  }

  return {
    contentType: registry.contentType,
    print: () => (exchange ?? { print: () => registry.metrics() }).print(),
    requests: new Histogram({
      name: 'compass_http_request_seconds',
      help: 'Time to answer a request, by method, route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: requestBucketsSeconds,
      registers,
    }),
    verdicts: tally('compass_verdicts_total', 'Verdicts by code.', 'code'),
    verifyCalls: tally(
      'compass_verify_requests_total',
      'Calls of the verification routes by status.',
      'status',
    ),
    verifySeconds: durations(
      'compass_verify_seconds',
      'Time to answer a verification; of those that arrive together, until the last is answered.',
    ),
    appendSeconds: new Histogram({
      name: 'compass_log_append_seconds',
      help: 'Time from an append to its answer, waiting in the group included.',
      buckets: requestBucketsSeconds,
      registers,
    }),
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        aggregator: 'max',
        collect: () => gauge.set(read()),
      });
    },
    gaugePer(name, help, label, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        aggregator: 'max',
        collect() {
          gauge.reset();
          for (const [value, number] of read()) gauge.set({ [label]: value }, number);
        },
      });
    },
  };
}

/** Adds up what processes have counted: sums of counters and histograms, the greatest value of a gauge of ours. */
export function addReports(reports: readonly MetricsReport[]): Registry {
  return AggregatorRegistry.aggregate(reports.map((report) => [...report]));
}

/** What must not be forgotten when a process ends, or sums would go down: all that only ever grows. */
export function countersOf(report: MetricsReport): MetricsReport {
  return report.filter(({ type }) => grows.has(String(type)));
}

const grows = new Set(['counter', 'histogram']);
