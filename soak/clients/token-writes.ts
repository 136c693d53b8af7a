import type { Chance } from '../chance.js';
import type { HeldKey } from './held-keys.js';
import { idIn } from './teams.js';
import type { Write } from './writes.js';

/** Gives the owner of the team a token of a key they are assigned to, or replaces or ends the one they have. */
export function changeToken(key: HeldKey, chance: Chance): Write {
  const { token } = key;
  if (!token) return issue(key);
  return chance.coin(0.5) ? rotate(key, token) : revoke(key, token);
}

type HeldToken = NonNullable<HeldKey['token']>;

function issue(key: HeldKey): Write {
  return {
    kind: 'issue token',
    method: 'POST',
    path: `/v1/keys/${key.id}/tokens`,
    as: 'session',
    makes: ['KeyTokenIssued'],
    key,
    learn({ body }) {
      key.token = { id: idIn(body, 'token'), secret: String(body.secret) };
    },
  };
}

function rotate(key: HeldKey, { id, secret }: HeldToken): Write {
  return {
    kind: 'rotate token',
    method: 'POST',
    path: `/v1/keys/${key.id}/tokens/${id}/rotate`,
    as: 'session',
    makes: ['KeyTokenRotated'],
    key,
    learn({ body }) {
      key.deadSecrets.push(secret);
      key.token = { id, secret: String(body.secret) };
    },
  };
}

function revoke(key: HeldKey, { id, secret }: HeldToken): Write {
  return {
    kind: 'revoke token',
    method: 'DELETE',
    path: `/v1/keys/${key.id}/tokens/${id}`,
    as: 'session',
    makes: ['KeyTokenRevoked'],
    key,
    learn() {
      key.deadSecrets.push(secret);
      key.token = undefined;
    },
  };
}
