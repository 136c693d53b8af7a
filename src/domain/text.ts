import { containsSecret } from './access/secret.js';
import type { RefusalCode } from './refusals.js';

/** Control characters (but tab and line breaks) and halves of characters: no database keeps them faithfully. */
const unstorable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Cs}/u;

/** Whether a text can be kept and shown as it is. */
export function isPlainText(text: string): boolean {
  return !unstorable.test(text);
}

/** What is wrong with the first bad one of some named texts, if anything is. */
export function faultOf(
  texts: Readonly<Record<string, string | undefined>>,
): { readonly code: RefusalCode; readonly field: string } | undefined {
  for (const [field, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    if (!isPlainText(text)) return { code: 'field.not_plain_text', field };
    if (containsSecret(text)) return { code: 'field.contains_secret', field };
  }
  return undefined;
}
