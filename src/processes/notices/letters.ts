import type { NoticeDays } from '../../domain/key/notices.js';

/** A mail but for its id and recipients. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
}

const signature = '-- \nCompass Keys\n';

function letter(subject: string, ...paragraphs: readonly string[]): Letter {
  return { subject, text: [...paragraphs, signature].join('\n\n') };
}

/** Without the secret: whoever opens the link sees it once, and the log says that it was seen. */
export function keyIssued(keyName: string, url: string): Letter {
  return letter(
    `Your new API key: ${keyName}`,
    `An API key was made for you: ${keyName}`,
    `Its secret is not in this mail. This page shows it once, within a day:\n${url}`,
    'Keep it in a safe place. If the page says that it has been shown and it was not to you, ask for another key.',
  );
}

export function userAssigned(keyName: string, userName: string): Letter {
  return letter(
    `You can use the API key ${keyName}`,
    `Hello ${userName},`,
    `you were assigned to the API key ${keyName}.`,
  );
}

export function userUnassigned(keyName: string, userName: string): Letter {
  return letter(
    `You can no longer use the API key ${keyName}`,
    `Hello ${userName},`,
    `you are not assigned to the API key ${keyName} any more.`,
  );
}

/** @param goodUntil ISO instant from which the secret before is refused; null: it is already */
export function rotated(keyName: string, userName: string, goodUntil: string | null): Letter {
  return letter(
    `The API key ${keyName} has a new secret`,
    `${userName} gave the API key ${keyName} a new secret. It is not in this mail: ask them for it.`,
    goodUntil === null ? 'The one before is refused.' : `The one before is good until ${goodUntil}.`,
  );
}

/** @param everyDays how long the team lets a key have its secret */
export function rotationDue(keyName: string, everyDays: number): Letter {
  return letter(
    `The API key ${keyName} is due for a new secret`,
    `The API key ${keyName} has had its secret for ${everyDays} days, as long as your team lets it.`,
    'Rotate it: the secret it has now stays good for a time beside the new one.',
  );
}

/** @param expiresAt ISO instant */
export function expiring(keyName: string, days: NoticeDays, expiresAt: string): Letter {
  const within = days === 1 ? 'within a day' : `in ${days} days or less`;
  return letter(
    `The API key ${keyName} expires ${within}`,
    `The API key ${keyName} expires at ${expiresAt}.`,
    'From then on it is refused. Give it a new end, or rotate it with a new lifetime, if it is still needed.',
  );
}

/** @param expiresAt ISO instant from which nobody joins by the link */
export function invited(teamName: string, role: string, url: string, expiresAt: string): Letter {
  return letter(
    `Join ${teamName} on Compass Keys`,
    `You are invited to join ${teamName} with the role ${role}:\n${url}`,
    `The link is for you alone, and good until ${expiresAt}. If you expected none, do nothing.`,
  );
}
