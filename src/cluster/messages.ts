import type { ModelReport } from '../../projections/runner/status.js';
import type { MetricsReport } from '../platform/metrics.js';

/** What a process that serves tells the primary. */
export type FromWorker =
  /** It listens to what it is told, and no more to signals. */
  | { readonly type: 'up' }
  | { readonly type: 'serving'; readonly url: string }
  /** It could not start, and ends. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string | undefined }
  /** It takes no more connections. */
  | { readonly type: 'closed' }
  /** It wants the metrics of all processes. */
  | { readonly type: 'gather'; readonly question: number }
  | { readonly type: 'report'; readonly round: number; readonly report: MetricsReport };

/** What the primary tells a process that serves. */
export type ToWorker =
  | { readonly type: 'stop' }
  /** How the read models are, which the primary keeps: at first all of them, then those that have changed. */
  | { readonly type: 'models'; readonly reports: readonly ModelReport[] }
  /** No process takes connections any more. */
  | { readonly type: 'allClosed' }
  | { readonly type: 'reportMetrics'; readonly round: number }
  | { readonly type: 'gathered'; readonly question: number; readonly text: string };
