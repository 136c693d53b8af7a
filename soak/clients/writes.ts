import type { Chance } from '../chance.js';
import { defaultScopes, type HeldKey } from './held-keys.js';
import type { Answer } from './http.js';

/** A command as a request, and what its sender knows once it is acknowledged. */
export interface Write {
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** Whose credential; what only a person may do wants the session. */
  readonly as: 'session' | 'bearer';
  /** The types of the events it makes. */
  readonly makes: readonly string[];
  /** The key it is about; undefined when it makes one. */
  readonly key?: HeldKey;
  readonly expectedRevision?: number;
  /** The refusal it must meet; undefined: none. */
  readonly refusedAs?: string;
  /** Takes what the answer says into the client's memory. */
  learn(answer: Answer): void;
}

const scopeSets = [['project'], ['inference'], ['project', 'inference']] as const;

type Credential = Write['as'];

function credential(chance: Chance): Credential {
  return chance.coin(0.3) ? 'session' : 'bearer';
}

/** @param keep told of the new key: its answer, its resources, and whether its maker is assigned to it */
export function create(
  name: string,
  resourceIds: readonly string[],
  chance: Chance,
  keep: (answer: Answer, resourceIds: readonly string[], isOwners: boolean) => void,
): Write {
  const as = credential(chance);
  const assigned = as === 'session' ? resourceIds.filter(() => chance.coin(0.3)) : [];
  const body = {
    name,
    ...(assigned.length > 0 && { resourceIds: assigned }),
    ...(chance.coin(0.3) && { notes: `Notes of ${name}`, labels: [name] }),
    ...(chance.coin(0.3) && { expiresInDays: chance.between(1, 400) }),
  };
  const user = as === 'session' ? ['UserAssigned'] : [];
  return {
    kind: 'create',
    method: 'POST',
    path: '/v1/keys',
    body,
    as,
    makes: ['KeyCreated', ...user, ...assigned.map(() => 'ResourceAssigned')],
    learn: (answer) => keep(answer, assigned, as === 'session'),
  };
}

/** A change of one or two kinds: both happen or none. */
export function patch(key: HeldKey, name: string, chance: Chance): Write {
  const scopes = chance.pick(scopeSets.filter((set) => set.join() !== key.scopes.join()));
  const change = chance.pick(['details', 'scopes', 'expiry'] as const);
  const [body, makes] = {
    details: [{ name, environment: name }, ['KeyDetailsChanged']] as const,
    scopes: [{ name, scopes }, ['KeyDetailsChanged', 'ScopesChanged']] as const,
    expiry: [
      { name, expiresInDays: chance.between(1, 400) },
      ['KeyDetailsChanged', 'ExpiryChanged'],
    ] as const,
  }[change];
  return {
    kind: 'patch',
    method: 'PATCH',
    path: `/v1/keys/${key.id}`,
    body,
    as: credential(chance),
    makes,
    key,
    ...(chance.coin(0.3) && { expectedRevision: key.revision }),
    learn() {
      if (change === 'scopes') key.scopes = scopes;
    },
  };
}

export function changeStatus(key: HeldKey, chance: Chance): Write {
  const isRepeat = chance.coin(0.2);
  const isDisabled = isRepeat ? key.isDisabled : !key.isDisabled;
  return {
    kind: 'status',
    method: 'PUT',
    path: `/v1/keys/${key.id}/status`,
    body: { status: isDisabled ? 'INACTIVE' : 'ACTIVE' },
    as: credential(chance),
    makes: isRepeat ? [] : ['StatusChanged'],
    key,
    learn() {
      key.isDisabled = isDisabled;
    },
  };
}

export function rotate(key: HeldKey, chance: Chance): Write {
  const gracePeriodSeconds = chance.pick([0, 86_400]);
  return {
    kind: 'rotate',
    method: 'POST',
    path: `/v1/keys/${key.id}/rotate`,
    body: { gracePeriodSeconds },
    as: credential(chance),
    makes: ['KeyRotated'],
    key,
    learn({ body }) {
      if (gracePeriodSeconds === 0) key.deadSecrets.push(key.secret);
      key.secret = String(body.secret);
    },
  };
}

export function assign(key: HeldKey, resourceIds: readonly string[], chance: Chance): Write {
  const wanted = resourceIds.filter(() => chance.coin(0.5));
  const added = wanted.filter((id) => !key.resourceIds.includes(id));
  const removed = key.resourceIds.filter((id) => !wanted.includes(id));
  return {
    kind: 'assign',
    method: 'PUT',
    path: `/v1/keys/${key.id}/resources`,
    body: { resourceIds: wanted },
    as: 'session',
    makes: [...removed.map(() => 'ResourceUnassigned'), ...added.map(() => 'ResourceAssigned')],
    key,
    learn() {
      key.resourceIds = wanted;
    },
  };
}

export function revoke(key: HeldKey, chance: Chance): Write {
  return {
    kind: 'revoke',
    method: 'POST',
    path: `/v1/keys/${key.id}/revoke`,
    body: { reason: 'superseded' },
    as: credential(chance),
    makes: ['KeyRevoked'],
    key,
    learn() {
      key.isRevoked = true;
    },
  };
}

export function remove(key: HeldKey, chance: Chance): Write {
  return {
    kind: 'delete',
    method: 'DELETE',
    path: `/v1/keys/${key.id}`,
    as: credential(chance),
    makes: ['KeyDeleted'],
    key,
    learn() {
      key.isDeleted = true;
    },
  };
}

/** What must be refused, and leave nothing. */
export function mistake(key: HeldKey, name: string, chance: Chance): Write {
  const about = { kind: 'mistake', key, makes: [], as: credential(chance), learn: () => undefined } as const;
  const path = `/v1/keys/${key.id}`;
  if (key.isRevoked) {
    const body = { name, scopes: defaultScopes };
    return { ...about, method: 'PATCH', path, body, refusedAs: 'key.revoked' };
  }
  const expectedRevision = key.revision + 1;
  const refusedAs = 'request.precondition_failed';
  return { ...about, method: 'PATCH', path, body: { name }, expectedRevision, refusedAs };
}
