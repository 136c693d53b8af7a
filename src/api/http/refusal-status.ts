import type { RefusalCode } from '../../domain/refusals.js';

/** The HTTP status of every refusal; a refusal without one does not compile. */
export const refusalStatus: { readonly [C in RefusalCode]: 400 | 401 | 403 | 404 | 409 } = {
  'key.not_found': 404,
  'key.revoked': 409,
  'key.free_is_permanent': 409,
  'key.name_invalid': 400,
  'key.expiry_invalid': 400,
  'key.expiry_ambiguous': 400,
  'key.scopes_exceed_caller': 403,
  'key.role_exceeds_caller': 403,
  'project.not_found': 404,
  'team.not_found': 404,
  'field.not_plain_text': 400,
  'field.contains_secret': 400,
  'right.missing': 403,
  'user.email_invalid': 400,
  'user.password_too_short': 400,
  'user.password_too_long': 400,
  'user.name_invalid': 400,
  'user.email_taken': 409,
  'user.wrong_credentials': 401,
  'sign_up.closed': 403,
  'sign_up.invitation_needed': 403,
};
