import { isAllowedOrigin } from './origin.js';

const request = { host: '127.0.0.1:8080', scheme: 'http', publicUrl: undefined } as const;

describe('the Origin of a cookie-borne write', () => {
  it.each([
    ['the address the request was sent to', 'http://127.0.0.1:8080', request],
    [
      'a host in other letters',
      'https://keys.example',
      { ...request, scheme: 'https', host: 'Keys.Example' },
    ],
    [
      'a spelled-out default port',
      'https://keys.example',
      { ...request, scheme: 'https', host: 'keys.example:443' },
    ],
    ['an IPv6 host', 'http://[::1]:8080', { ...request, host: '[::1]:8080' }],
    [
      'the public URL, whatever the path',
      'https://keys.example',
      { ...request, publicUrl: 'https://keys.example/console' },
    ],
  ] as const)('passes for %s', (_, origin, rest) => {
    expect(isAllowedOrigin({ origin, ...rest })).toBe(true);
  });

  it.each([
    ['missing', undefined, request],
    ['opaque', 'null', request],
    ['empty', '', request],
    ['another site', 'http://evil.example', request],
    ['another port', 'http://127.0.0.1:8081', request],
    ['another scheme', 'https://127.0.0.1:8080', request],
    ['a site that begins like ours', 'http://127.0.0.1:8080.evil.example', request],
    ['a site with a path', 'http://127.0.0.1:8080/', request],
    ['without a Host to compare', 'http://127.0.0.1:8080', { ...request, host: undefined }],
    ['equal to what follows a user in Host', 'http://evil.example', { ...request, host: 'a@evil.example' }],
    ['equal to what precedes a path in Host', 'http://evil.example', { ...request, host: 'evil.example/x' }],
    ['not the public URL', 'https://evil.example', { ...request, publicUrl: 'https://keys.example' }],
    ['beside a Host with an impossible port', 'http://a:99999', { ...request, host: 'a:99999' }],
  ] as const)('is refused when %s', (_, origin, rest) => {
    expect(isAllowedOrigin({ origin, ...rest })).toBe(false);
  });
});
