/** Every secret that we hand out: a prefix, 43 characters and a checksum of 6. */
const secretForm = /(ck[spita])_[0-9A-Za-z]{49}/g;
/** The password in an address such as that of the database. */
const passwordForm = /(:\/\/[^\s:@/"]*:)[^\s@/"]+@/g;

/** The text with everything in it that has the form of a secret of ours, or of a password in a URL, masked. */
export function redactSecrets(text: string): string {
  return text.replace(secretForm, '$1_[redacted]').replace(passwordForm, '$1[redacted]@');
}
