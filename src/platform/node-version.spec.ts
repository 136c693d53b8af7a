import { explainOldNode } from './node-version.js';

test.each(['v24.9.0', 'v24.21.0', 'v26.0.0'])('%s is new enough', (version) => {
  expect(explainOldNode(version)).toBeUndefined();
});

test.each(['v20.20.2', 'v24.8.1', 'v23.11.0'])('%s is too old', (version) => {
  expect(explainOldNode(version)).toContain(`and this is ${version}`);
});
