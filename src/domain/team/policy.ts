import type { KeyDetails, Scope } from '../key/events.js';

export const nameStyles = ['text', 'identifier'] as const;
/** `identifier`: letters, digits, `-` and `_`. */
export type NameStyle = (typeof nameStyles)[number];

export const requirableFields = [
  'department',
  'environment',
  'requestor',
  'appId',
  'businessJustification',
] as const satisfies readonly (keyof KeyDetails)[];
export type RequirableField = (typeof requirableFields)[number];

/** What a team asks of its keys and of its people. Days are of 86,400 seconds. */
export interface TeamPolicy {
  readonly nameStyle: NameStyle;
  /** Details that every new key has. */
  readonly requiredFields: readonly RequirableField[];
  /** Of keys that are made without a word about them. */
  readonly defaultScopes: readonly Scope[];
  /** Null: none. */
  readonly defaultExpiresInDays: number | null;
  /** Null: none. */
  readonly maxExpiresInDays: number | null;
  /** Null: whenever somebody likes. */
  readonly rotateEveryDays: number | null;
  /** Whether inferences need an active resource or a service also when none is named. */
  readonly resourceRequired: boolean;
  /** Whether keys of an application are refused where no application is named. */
  readonly enforceAppId: boolean;
  /** Whether plain users rotate the keys that they are assigned to. */
  readonly usersMayRotate: boolean;
  /** Who may be invited and get the link to a new key, by what follows the @ of their address, in lower case; null: everybody. */
  readonly allowedMailDomains: readonly string[] | null;
}

export const defaultPolicy: TeamPolicy = {
  nameStyle: 'text',
  requiredFields: [],
  defaultScopes: ['project', 'inference'],
  defaultExpiresInDays: null,
  maxExpiresInDays: null,
  rotateEveryDays: null,
  resourceRequired: false,
  enforceAppId: false,
  usersMayRotate: true,
  allowedMailDomains: null,
};

export function isNameAllowed({ nameStyle }: TeamPolicy, name: string): boolean {
  return nameStyle === 'text' || /^[A-Za-z0-9_-]{1,100}$/.test(name);
}

export function isAddressAllowed({ allowedMailDomains }: TeamPolicy, email: string): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return allowedMailDomains === null || allowedMailDomains.includes(domain);
}

/** The first field that a new key must have and does not. */
export function missingField(policy: TeamPolicy, details: KeyDetails): RequirableField | undefined {
  return policy.requiredFields.find((field) => !details[field]);
}
