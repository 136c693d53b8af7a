/**
 * Every business refusal of the product, `noun.what_is_wrong`, with the sentence a person reads.
 * The faces (HTTP, gRPC) map each code to a status in a full record, so a new code does not compile
 * until every face answers it. Codes are API: they are never renamed.
 */
export const refusals = {
  'key.not_found': 'There is no such key.',
  'key.revoked': 'The key is revoked; a revoked key cannot be changed.',
  'key.expired': 'The key has expired; give it a new lifetime with its new secret.',
  'key.only_its_user': 'Others than its user may only take rights from a personal token.',
  'key.public_is_member': 'A public key has the role member.',
  'key.public_only_infers': 'A public key has the scope inference and no other.',
  'key.origins_need_public': 'Only a public key is limited to origins.',
  'key.token_of_another': 'A personal token is made by its user, with a session.',
  'key.token_exceeds_user': 'A personal token cannot have more than its user.',
  'key.is_itself': 'A key cannot change itself.',
  'key.public_is_service': 'A public key is a service account.',
  'key.grace_too_short': 'This rotation keeps the replaced secret good for at least a day.',
  'resource.model_conflict': 'A key cannot have one model under two resource types.',
  'resource.not_found': 'There is no such resource.',
  'resource.name_invalid': 'A name has 1 to 100 printable characters.',
  'resource.model_invalid': 'A model has 1 to 100 printable characters.',
  'profile.not_found': 'There is no such bias profile.',
  'profile.archived': 'The bias profile is archived; an archived one cannot be changed.',
  'profile.attached': 'A key has the bias profile; take it from all keys before it is archived.',
  'profile.name_invalid': 'A name has 1 to 100 printable characters.',
  'profile.settings_too_large': 'Settings have at most 8,192 bytes as JSON.',
  'key.free_is_permanent': 'The free key of a team cannot be revoked or deleted.',
  'key.name_invalid': 'A name has 1 to 100 printable characters.',
  'key.expiry_invalid': 'A key expires in the future, at most 36,500 days from now.',
  'key.expiry_ambiguous': 'Give expiresInDays or expiresAt, not both.',
  'key.scopes_exceed_caller': 'A key cannot give another key more than it has itself.',
  'key.role_exceeds_caller': 'A key cannot give another key a higher role than its own.',
  'project.not_found': 'There is no such project.',
  'team.not_found': 'There is no such team.',
  'field.not_plain_text': 'Text has no control characters other than tabs and line breaks.',
  'field.contains_secret': 'The text contains the secret of a key. Secrets are never stored in text.',
  'right.missing': 'You may see this, but you may not do this.',
  'user.email_invalid': 'This is not an e-mail address that can be used here (at most 254 characters).',
  'user.password_too_short': 'A password has at least 12 characters.',
  'user.password_too_long': 'A password has at most 128 characters.',
  'user.name_invalid': 'A name has 1 to 100 characters on one line.',
  'user.email_taken': 'There is an account with this e-mail address.',
  'user.wrong_credentials': 'The e-mail address or the password is wrong.',
  'sign_up.closed': 'This installation does not take sign-ups.',
  'sign_up.invitation_needed': 'This installation takes sign-ups by invitation only.',
} as const;

export type RefusalCode = keyof typeof refusals;
