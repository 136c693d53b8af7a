import { scopes } from '../../../domain/access/permissions.js';
import { verdictCodes } from '../../../domain/access/verdict.js';

/** At most this many questions in one call of the batch. */
export const batchMax = 100;
const permissionsMax = 50;

const text = (maxLength: number, description: string) =>
  ({ type: 'string', minLength: 1, maxLength, description }) as const;

/** A question about a key; everything but the key is optional, and everything given must hold. */
export const verifyRequestSchema = {
  type: 'object',
  required: ['key'],
  additionalProperties: false,
  properties: {
    key: text(512, 'The secret as it was presented.'),
    project: text(100, 'Id of the project to act in.'),
    permission: text(100, 'A permission that is needed.'),
    permissions: {
      type: 'array',
      maxItems: permissionsMax,
      items: text(100, 'A permission.'),
      description: 'Permissions that are needed, all of them.',
    },
    scope: { type: 'string', enum: scopes, description: 'A scope that is needed.' },
  },
} as const;

export const verifyBatchRequestSchema = {
  type: 'object',
  required: ['requests'],
  additionalProperties: false,
  properties: {
    requests: { type: 'array', minItems: 1, maxItems: batchMax, items: verifyRequestSchema },
  },
} as const;

const nullable = (type: 'string') => ({ type: [type, 'null'] }) as const;
const strings = { type: 'array', items: { type: 'string' } } as const;

/** A verdict; what follows `grantedBy` is left out of a bare `NOT_FOUND`. */
export const verdictSchema = {
  type: 'object',
  required: ['allowed', 'code', 'checked', 'grantedBy'],
  properties: {
    allowed: { type: 'boolean' },
    code: { type: 'string', enum: verdictCodes },
    checked: { ...strings, description: 'The checks that were made, in order, the failing one last.' },
    grantedBy: { type: 'null', description: 'What made a named model accessible.' },
    keyId: { type: 'string' },
    teamId: { type: 'string' },
    projectId: { type: 'string' },
    type: { type: 'string' },
    role: { type: 'string' },
    scopes: strings,
    environment: nullable('string'),
    appId: nullable('string'),
    expiresAt: nullable('string'),
    secretVersion: { type: 'integer', description: 'Counts the secrets the key has had.' },
    revision: { type: 'integer', description: "Events of the key's stream." },
  },
} as const;

export const verdictBatchSchema = {
  type: 'object',
  required: ['verdicts'],
  properties: { verdicts: { type: 'array', items: verdictSchema } },
} as const;
