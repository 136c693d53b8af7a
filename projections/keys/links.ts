import type { Derived } from '../runner/model.js';

/** What lists of some keys of a team are about: those of a user, of a resource, or with a label. */
export type LinkKind = 'user' | 'resource' | 'label';

/** A key in one of the lists it stands in, with what the list may be sorted by. */
export interface KeyLink {
  /** As `listOf` names it. */
  readonly list: string;
  readonly keyId: string;
  readonly keyCreatedAt: string;
  readonly keyName: string;
}

/** One text rather than three columns: Postgres then knows how long the longest lists are. */
export function listOf(teamId: string, kind: LinkKind, value: string): string {
  return `${teamId}/${kind}/${value}`;
}

/** What links follow from, of a key's row. */
interface LinkedKey {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly createdAt: string;
  readonly userIds: readonly string[];
  readonly resourceIds: readonly string[];
  readonly labels: readonly string[];
}

/**
 * A row for each key and each of its users, resources and labels. The arrays of a key could be indexed too,
 * but not in the order of a list: all that is found would have to be fetched and sorted for each page.
 */
export const keyLinks: Derived<LinkedKey, KeyLink> = {
  name: 'key_links',
  key: ['list', 'keyCreatedAt', 'keyId'],
  columns: { list: 'id', keyId: 'id', keyCreatedAt: 'instant', keyName: 'id' },
  indexes: ['(list, key_name, key_id)'],
  of({ id, teamId, name, createdAt, userIds, resourceIds, labels }) {
    const lists = [
      ...userIds.map((value) => listOf(teamId, 'user', value)),
      ...resourceIds.map((value) => listOf(teamId, 'resource', value)),
      ...labels.map((value) => listOf(teamId, 'label', value)),
    ];
    return [...new Set(lists)].map((list) => ({ list, keyId: id, keyCreatedAt: createdAt, keyName: name }));
  },
};
