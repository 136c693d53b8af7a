import { prefersText } from './secret-text.js';

it.each([
  'text/plain',
  'text/*',
  'Text/Plain',
  'text/plain, */*;q=0.5',
  'application/json;q=0.1, text/plain;q=0.2',
])('%s prefers text', (accept) => {
  expect(prefersText(accept)).toBe(true);
});

it.each([
  '*/*',
  'application/json',
  'text/plain, application/json',
  'text/plain;q=0',
  'text/plain;q=0.5, */*',
  'text/plain;q=nonsense',
  'image/png',
  '',
  ';,;q=',
])('%j gets JSON', (accept) => {
  expect(prefersText(accept)).toBe(false);
});
