import type { Links } from '../../src/platform/links.js';

/** For what sends no mails. */
export const noLinks: Links = {
  proofOf: () => Buffer.alloc(32),
  tokenOf: (secretId) => secretId,
  keep: () => Promise.reject(new Error('There is no place for secrets here.')),
  find: () => Promise.resolve(undefined),
  forget: () => Promise.resolve(),
  sweep: () => Promise.resolve(),
};
