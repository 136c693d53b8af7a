import { type Actor, type EventType, idOfStream } from '../../src/domain/recorded.js';
import type { ReadModel, Table } from '../runner/model.js';

/**
 * Where an event stands in the log, and what one looks for it by. No payload and nothing personal: what
 * happened is read from the log itself, so an erased person is erased here too.
 */
export interface AuditRow {
  readonly eventId: string;
  /** The event's place in the log: how many events came before it. */
  readonly index: number;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly type: EventType;
  /** The tenant, or `platform`. */
  readonly teamId: string;
  /** The key whose stream it is. */
  readonly keyId: string | null;
  readonly actorType: Actor['type'];
  readonly actorId: string;
  readonly recordedAt: string;
  readonly commandId: string;
}

const keyPrefix = 'key-';

export const auditRows: Table<AuditRow> = {
  name: 'audit',
  key: 'eventId',
  columns: {
    eventId: 'id',
    index: 'count',
    stream: 'id',
    revision: 'integer',
    position: 'id',
    type: 'id',
    teamId: 'id',
    keyId: 'id | null',
    actorType: 'id',
    actorId: 'id',
    recordedAt: 'instant',
    commandId: 'id',
  },
  indexes: [
    '(team_id, index)',
    '(team_id, actor_id, index)',
    '(team_id, type, index)',
    '(team_id, recorded_at)',
    '(recorded_at, index)',
    '(key_id, index) where key_id is not null',
  ],
  insertOnly: true,
  // Uses are counts, written down every few seconds: they would bury what people look for.
  keysOf: ({ id, event }) => (event.type === 'KeyUsesRecorded' ? [] : [id]),
  apply: (_row, { stream, revision, position, event, metadata }, eventId, index) => ({
    eventId,
    index,
    stream,
    revision,
    position,
    type: event.type,
    teamId: metadata.teamId,
    keyId: stream.startsWith(keyPrefix) ? idOfStream(stream) : null,
    actorType: metadata.actor.type,
    actorId: metadata.actor.id,
    recordedAt: metadata.recordedAt,
    commandId: metadata.commandId,
  }),
};

export const auditModel: ReadModel = { name: 'audit', version: 2, tables: [auditRows] };
