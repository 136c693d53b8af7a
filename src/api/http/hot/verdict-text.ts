import type { Answer } from '../../../verification/verify.js';

/**
 * A verdict as it is sent, in JSON: the facts about the key named one by one, so that nothing else slips in.
 * Written out because `JSON.stringify` took longer than finding the verdict; only what people wrote needs its
 * quoting, for ids, instants and words of ours have no character that does.
 */
export function verdictText(answer: Answer): string {
  const { allowed, code, checked, grantedBy, key, biasProfile, isForAnyone } = answer;
  const grant = grantedBy === null ? 'null' : `{"type":"${grantedBy.type}","id":"${grantedBy.id}"}`;
  const verdict = `{"allowed":${allowed},"code":"${code}","checked":${words(checked)},"grantedBy":${grant}`;
  if (!key) return `${verdict}}`;
  if (isForAnyone) {
    return `${verdict},"keyId":"${key.keyId}","projectId":"${key.projectId}","scopes":${words(key.scopes)},"expiresAt":${quoted(key.expiresAt)}}`;
  }
  return `${verdict},"keyId":"${key.keyId}","teamId":"${key.teamId}","projectId":"${key.projectId}","type":"${key.type}","role":"${key.role}","scopes":${words(key.scopes)},"environment":${quoted(key.environment)},"appId":${quoted(key.appId)},"userId":${quoted(key.ownerId)},"biasProfile":${profileText(biasProfile)},"expiresAt":${quoted(key.expiresAt)},"secretVersion":${key.secretVersion},"revision":${key.revision}}`;
}

function profileText(profile: Answer['biasProfile']): string {
  if (!profile) return 'null';
  const { profileId, name, settingsText, revision } = profile;
  return `{"id":"${profileId}","name":${JSON.stringify(name)},"settings":${settingsText},"revision":${revision}}`;
}

const known = new WeakMap<readonly string[], string>();

/** Verdicts and keys share their lists. */
function words(list: readonly string[]): string {
  const text = known.get(list);
  if (text !== undefined) return text;
  known.set(list, JSON.stringify(list));
  return JSON.stringify(list);
}

function quoted(text: string | null): string {
  return text === null ? 'null' : JSON.stringify(text);
}
