import type { KeyView } from '../../src/application/key/key-view.js';
import type { TokenView } from '../../src/application/key/token-view.js';
import type { HistoryEntry } from '../../src/audit/entry.js';
import type { Answer, Caller, Sending } from './http-client.js';
import type { Api, NewKey } from './people.js';

interface OneKey {
  readonly key: KeyView;
}

export interface NewToken {
  readonly token: TokenView;
  readonly secret: string;
}

/** The verbs of a key over HTTP, as one caller speaks them. */
export interface KeyCalls {
  read(id: string): Promise<Answer<OneKey>>;
  change(id: string, body: object, sending?: Sending): Promise<Answer<OneKey>>;
  setStatus(id: string, status: string, sending?: Sending): Promise<Answer<OneKey>>;
  assign(id: string, resourceIds: readonly string[], sending?: Sending): Promise<Answer<OneKey>>;
  assignUsers(id: string, userIds: readonly string[], sending?: Sending): Promise<Answer<OneKey>>;
  enable(id: string, services: readonly object[], sending?: Sending): Promise<Answer<OneKey>>;
  rotate(id: string, body?: object, sending?: Sending): Promise<Answer<NewKey>>;
  tokens(id: string): Promise<Answer<{ readonly items: readonly TokenView[] }>>;
  issueToken(id: string, sending?: Sending): Promise<Answer<NewToken>>;
  rotateToken(id: string, tokenId: string, sending?: Sending): Promise<Answer<NewToken>>;
  revokeToken(id: string, tokenId: string, sending?: Sending): Promise<Answer<undefined>>;
  remove(id: string, sending?: Sending): Promise<Answer<undefined>>;
  /** What happened to the key, as the first page tells it. */
  history(id: string): Promise<readonly HistoryEntry[]>;
}

export function keyCalls({ send }: Api, as: Caller): KeyCalls {
  const path = (id: string, rest = '') => `/v1/keys/${id}${rest}`;
  return {
    read: (id) => send('GET', path(id), { as }),
    change: (id, body, sending) => send('PATCH', path(id), { as, body, ...sending }),
    setStatus: (id, status, sending) =>
      send('PUT', path(id, '/status'), { as, body: { status }, ...sending }),
    assign: (id, resourceIds, sending) =>
      send('PUT', path(id, '/resources'), { as, body: { resourceIds }, ...sending }),
    assignUsers: (id, userIds, sending) =>
      send('PUT', path(id, '/users'), { as, body: { userIds }, ...sending }),
    enable: (id, services, sending) =>
      send('PUT', path(id, '/services'), { as, body: { services }, ...sending }),
    rotate: (id, body, sending) => send('POST', path(id, '/rotate'), { as, body, ...sending }),
    tokens: (id) => send('GET', path(id, '/tokens'), { as }),
    issueToken: (id, sending) => send('POST', path(id, '/tokens'), { as, ...sending }),
    rotateToken: (id, tokenId, sending) =>
      send('POST', path(id, `/tokens/${tokenId}/rotate`), { as, ...sending }),
    revokeToken: (id, tokenId, sending) => send('DELETE', path(id, `/tokens/${tokenId}`), { as, ...sending }),
    remove: (id, sending) => send('DELETE', path(id), { as, ...sending }),
    async history(id) {
      const answer = await send<{ items: HistoryEntry[] }>('GET', path(id, '/history'), { as });
      return answer.body.items;
    },
  };
}
