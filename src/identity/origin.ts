export interface OriginCheck {
  /** The Origin header, undefined when the request has none. */
  readonly origin: string | undefined;
  /** The Host header, or what a trusted proxy says it was. */
  readonly host: string | undefined;
  readonly scheme: 'http' | 'https';
  /** The address people use (`COMPASS_PUBLIC_URL`), where one is configured. */
  readonly publicUrl: string | undefined;
}

/**
 * Whether a write that is authorised by a cookie may pass: its Origin equals the scheme and Host it was
 * sent to, or the origin of the public URL. A browser always sends Origin with a write and no page can
 * change it, so a missing or opaque one (`null`) is refused.
 */
export function isAllowedOrigin({ origin, host, scheme, publicUrl }: OriginCheck): boolean {
  if (origin === undefined) return false;
  return (
    origin === ownOrigin(scheme, host) || (publicUrl !== undefined && origin === new URL(publicUrl).origin)
  );
}

// A host and an optional port and nothing else: `user@host` would make a URL parser skip the user.
const hostForm = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;

/** In the form browsers send: lower case and without the scheme's own port. */
function ownOrigin(scheme: string, host: string | undefined): string | undefined {
  if (host === undefined || !hostForm.test(host)) return undefined;
  const url = `${scheme}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
