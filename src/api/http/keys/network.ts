import { isIP } from 'node:net';

const prefixForm = /^(0|[1-9]\d{0,2})$/;

/** Whether a text is an address of IPv4 or IPv6 without a zone, or a CIDR range such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return prefixForm.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

const originForm = /^https?:\/\/[^/?#*]+$/;

/** Whether a text is an origin exactly as browsers send it: lower case, without the port of the scheme, no path. */
export function isWebOrigin(text: string): boolean {
  return originForm.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
