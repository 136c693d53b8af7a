import { isAddressRange, isWebOrigin } from './network.js';

describe('an address or a range', () => {
  it.each(['192.0.2.1', '10.0.0.0/8', '0.0.0.0/0', '192.0.2.1/32', '::1', '2001:db8::/32', '::/0'])(
    '%s is one',
    (text) => expect(isAddressRange(text)).toBe(true),
  );

  it.each([
    '',
    '192.0.2',
    '192.0.2.256',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '::/129',
    'fe80::1%eth0',
    'example.com',
    ' 192.0.2.1',
  ])('%j is none', (text) => expect(isAddressRange(text)).toBe(false));
});

describe('an origin', () => {
  it.each([
    'https://app.example',
    'http://localhost:3000',
    'https://[::1]:8443',
    'https://xn--bcher-kva.example',
  ])('%s is one', (text) => expect(isWebOrigin(text)).toBe(true));

  it.each([
    '',
    'app.example',
    'https://app.example/',
    'https://app.example/path',
    'https://app.example:443',
    'https://APP.example',
    'https://user@app.example',
    'https://*.example',
    'ftp://app.example',
    'null',
    'https://',
  ])('%j is none', (text) => expect(isWebOrigin(text)).toBe(false));
});
