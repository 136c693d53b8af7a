import { type KeyEvent, keyEventTypes } from './key/events.js';
import { type ProfileEvent, profileEventTypes } from './profile/events.js';
import { type ResourceEvent, resourceEventTypes } from './resource/events.js';
import { type ServiceEvent, serviceEventTypes } from './service/events.js';
import { type TeamEvent, teamEventTypes } from './team/events.js';
import { type UserEvent, userEventTypes } from './user/events.js';
import type { UsesEvent } from './uses/events.js';
import { type WalletEvent, walletEventTypes } from './wallet/events.js';

/** Everything that can have happened. */
export type DomainEvent =
  | KeyEvent
  | ResourceEvent
  | ProfileEvent
  | TeamEvent
  | UserEvent
  | UsesEvent
  | ServiceEvent
  | WalletEvent;

export type EventType = DomainEvent['type'];

/** All names, in the order of this list. */
export const eventTypes = Object.keys({
  ...keyEventTypes,
  ...resourceEventTypes,
  ...profileEventTypes,
  ...teamEventTypes,
  ...userEventTypes,
  ...serviceEventTypes,
  ...walletEventTypes,
  KeyUsesRecorded: true,
} satisfies { readonly [T in EventType]: true }) as readonly EventType[];

/** Who did it. `process` is the service itself, by the name of the part that acted. */
export interface Actor {
  readonly type: 'user' | 'key' | 'process' | 'operator';
  readonly id: string;
  /** The session or secret that was presented. */
  readonly credentialId?: string;
  readonly onBehalfOf?: string;
  /** The actor's role at that moment. */
  readonly role?: string;
}

/** What is known about an event besides what happened. Times are ISO instants in UTC with milliseconds. */
export interface Metadata {
  /** When this service recorded it, by the service's clock. */
  readonly recordedAt: string;
  readonly actor: Actor;
  /** The tenant, or `platform`. */
  readonly teamId: string;
  /** Free text of the person who did it. */
  readonly reason?: string;
  readonly correlationId: string;
  readonly causationId?: string;
  /** One command, however often it is tried. */
  readonly commandId: string;
  readonly traceparent?: string;
  /** Sealed in the log, like every personal field. */
  readonly clientIp?: string;
  readonly userAgent?: string;
}

/** An event of the log, decoded, with its place. */
export interface Recorded<E extends DomainEvent = DomainEvent> {
  readonly id: string;
  /** `<category>-<id>`. */
  readonly stream: string;
  /** Counts the events of the stream up to and including this one. */
  readonly revision: number;
  /** Place in the log as the store names it; opaque. */
  readonly position: string;
  readonly event: E;
  readonly metadata: Metadata;
}

/** Tells one aggregate's events from the others', by a set of their names. */
export function isOneOf<T extends EventType>(
  recorded: Recorded,
  types: { readonly [K in T]: unknown },
): recorded is Recorded<Extract<DomainEvent, { type: T }>> {
  return Object.hasOwn(types, recorded.event.type);
}

/** The id in a stream's name: `key-<id>` → `<id>`. */
export function idOfStream(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}
