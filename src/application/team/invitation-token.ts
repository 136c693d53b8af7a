import { sha256 } from '../../platform/random.js';

/** What an invitation's link carries: it says where the invitation is, and proves that it was sent. */
export interface InvitationToken {
  readonly token: string;
  /** All that is stored of it. */
  readonly digest: string;
}

/** Two ids, then 32 bytes that nobody can guess. */
const idLength = 16;
const tokenLength = 2 * idLength + 32;

/** @param proof that `Links` gives for the membership: so the mail can be written later */
export function makeInvitationToken(
  teamId: string,
  membershipId: string,
  proof: Uint8Array,
): InvitationToken {
  const bytes = Buffer.concat([bytesOf(teamId), bytesOf(membershipId), proof]);
  const token = bytes.toString('base64url');
  return { token, digest: sha256(token) };
}

/** Where the invitation of a token is; undefined for what cannot be a token. */
export function readInvitationToken(
  token: string,
): { readonly teamId: string; readonly membershipId: string } | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== tokenLength) return undefined;
  return { teamId: idAt(bytes, 0), membershipId: idAt(bytes, idLength) };
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function idAt(bytes: Buffer, from: number): string {
  const hex = bytes.toString('hex', from, from + idLength);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
