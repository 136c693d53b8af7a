import type { ModelReport } from './status.js';

/**
 * What is told in one turn of the event loop goes out together, of each model only the last: a batch makes three
 * reports of each model, and every message to another thread or process costs both sides some microseconds.
 */
export function together(
  send: (reports: readonly ModelReport[]) => void,
): (reports: readonly ModelReport[]) => void {
  let latest = new Map<string, ModelReport>();
  return (reports) => {
    if (latest.size === 0) setImmediate(sendLatest);
    for (const report of reports) latest.set(report.model, report);
  };

  function sendLatest(): void {
    const sent = [...latest.values()];
    latest = new Map();
    send(sent);
  }
}
