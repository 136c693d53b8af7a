import { BlockList, isIP } from 'node:net';

/** By the list itself: a key keeps its list as long as nobody changes it. */
const compiled = new WeakMap<readonly string[], BlockList>();

/**
 * Whether an IP address lies in a list of addresses and CIDR ranges. An IPv4 address written as one of IPv6
 * (`::ffff:192.0.2.1`) is the IPv4 address.
 * @param list as the API checked it when it was given
 */
export function isAddressIn(address: string, list: readonly string[]): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  let ranges = compiled.get(list);
  if (!ranges) {
    ranges = compile(list);
    compiled.set(list, ranges);
  }
  return ranges.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function compile(list: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const range of list) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) ranges.addAddress(address, family);
    else ranges.addSubnet(address, Number(prefix), family);
  }
  return ranges;
}
