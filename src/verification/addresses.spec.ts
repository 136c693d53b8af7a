import { isAddressIn } from './addresses.js';

describe('an address in a list', () => {
  const list = ['192.0.2.1', '198.51.100.0/24', '2001:db8::/32', '::1', '203.0.113.7/32'];

  it.each([
    '192.0.2.1',
    '198.51.100.0',
    '198.51.100.255',
    '203.0.113.7',
    '2001:db8::1',
    '2001:DB8:ffff::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:192.0.2.1',
    '::ffff:c633:6401',
  ])('%s is', (address) => {
    expect(isAddressIn(address, list)).toBe(true);
  });

  it.each(['192.0.2.2', '198.51.101.0', '203.0.113.8', '2001:db9::1', '::2', '::ffff:192.0.2.2'])(
    '%s is not',
    (address) => {
      expect(isAddressIn(address, list)).toBe(false);
    },
  );

  it.each(['', 'localhost', '192.0.2', '192.0.2.1/32', '192.0.2.001', ' 192.0.2.1'])(
    '"%s" is no address and in no list',
    (address) => {
      expect(isAddressIn(address, [...list, '::/0', '0.0.0.0/0'])).toBe(false);
    },
  );

  it('lets every address of its kind into the whole of it', () => {
    expect(isAddressIn('203.0.113.99', ['0.0.0.0/0'])).toBe(true);
    expect(isAddressIn('2001:db8::1', ['::/0'])).toBe(true);
    expect(isAddressIn('2001:db8::1', ['0.0.0.0/0'])).toBe(false);
  });

  it('belongs to the list that is given, not to one that looks the same', () => {
    const [one, other] = [['192.0.2.1'], ['192.0.2.2']];
    expect([isAddressIn('192.0.2.1', one), isAddressIn('192.0.2.1', other)]).toEqual([true, false]);
  });
});
