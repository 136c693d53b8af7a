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
    service: text(100, 'Id of the service to use: the key has it.'),
    model: text(
      100,
      'A model that is needed: a resource of it is assigned to the key and active, or a service of the key has it.',
    ),
    resource: text(100, 'Id of the resource to use; with a model, one of that model.'),
    clientIp: text(45, 'Address of the bearer; a key that is limited to addresses is refused without it.'),
    origin: text(300, 'Origin of the page that presents the key, such as `https://app.example.com`.'),
    appId: text(100, 'The application that presents the key.'),
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

/**
 * A verdict; what follows `grantedBy` is left out of a bare `NOT_FOUND`. A public key learns of itself `keyId`,
 * `projectId`, `scopes` and `expiresAt` only.
 */
export const verdictSchema = {
  type: 'object',
  required: ['allowed', 'code', 'checked', 'grantedBy'],
  properties: {
    allowed: { type: 'boolean' },
    code: { type: 'string', enum: verdictCodes },
    checked: { ...strings, description: 'The checks that were made, in order, the failing one last.' },
    grantedBy: {
      type: ['object', 'null'],
      required: ['type', 'id'],
      properties: { type: { type: 'string', enum: ['resource', 'service'] }, id: { type: 'string' } },
      description: 'What made a named model, resource or service accessible; a resource costs nothing more.',
    },
    keyId: { type: 'string' },
    teamId: { type: 'string' },
    projectId: { type: 'string' },
    type: { type: 'string' },
    role: { type: 'string' },
    scopes: strings,
    environment: nullable('string'),
    appId: nullable('string'),
    userId: { ...nullable('string'), description: 'Of a personal token: the user it acts as.' },
    biasProfile: {
      type: ['object', 'null'],
      required: ['id', 'name', 'settings', 'revision'],
      properties: {
        id: { type: 'string' },
        name: { type: 'string' },
        settings: { type: 'object', description: 'As it was given.' },
        revision: { type: 'integer', description: "Events of the profile's stream." },
      },
      description: 'The bias profile attached to the key.',
    },
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
