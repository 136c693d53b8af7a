import { idOfStream } from '../../src/domain/recorded.js';
import type { Table } from '../runner/model.js';

/** Teams that want their keys to have new secrets from time to time; others have no row. */
export interface RotationRule {
  readonly teamId: string;
  readonly everyDays: number;
}

export const rotationRules: Table<RotationRule> = {
  name: 'rotation_rules',
  key: 'teamId',
  columns: { teamId: 'id', everyDays: 'integer' },
  indexes: [],
  keysOf: ({ event, stream }) => (event.type === 'TeamPolicyChanged' ? [idOfStream(stream)] : []),
  apply(row, { event }, teamId) {
    if (event.type !== 'TeamPolicyChanged') return row;
    const everyDays = event.rotateEveryDays;
    return everyDays === null ? undefined : { teamId, everyDays };
  },
};

/** When it was last told of a key that it is due for a new secret. */
export interface RotationNotice {
  readonly keyId: string;
  readonly toldAt: string;
}

export const rotationNotices: Table<RotationNotice> = {
  name: 'rotation_notices',
  key: 'keyId',
  columns: { keyId: 'id', toldAt: 'instant' },
  indexes: [],
  keysOf: ({ event, stream }) =>
    event.type === 'NoticeSent' && event.notice === 'rotation_due' ? [idOfStream(stream)] : [],
  apply: (row, { event }, keyId) => (event.type === 'NoticeSent' ? { keyId, toldAt: event.sentAt } : row),
};
