import type { KeyDetailsChange } from './events.js';

/** Everything in a key that people write, by the field it stands in; nothing of it may hold a secret. */
export function textsOf({ labels, ...texts }: KeyDetailsChange): Record<string, string | undefined> {
  const given: Record<string, string | undefined> = labels ? { labels: labels.join('\n') } : {};
  for (const [field, text] of Object.entries(texts)) given[field] = text ?? undefined;
  return given;
}
