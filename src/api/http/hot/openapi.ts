import type { OpenAPIObject } from '@nestjs/swagger';
import {
  verdictBatchSchema,
  verdictSchema,
  verifyBatchRequestSchema,
  verifyRequestSchema,
} from './schemas.js';

const security = [{ bearer: [] }, { cookie: [] }];

/** The verification routes for OpenAPI, from the very schemas that check and write them. */
export const verifyPaths = {
  '/v1/verify': {
    post: operation('verify', 'Verify a key', {
      description:
        'Answered from memory. A refused key is an answer, not an error: 200 with `allowed: false` and the ' +
        'first failing check as `code`.',
      request: verifyRequestSchema,
      answer: verdictSchema,
    }),
  },
  '/v1/verify/batch': {
    post: operation('verifyBatch', 'Verify up to 100 keys', {
      description: 'The verdicts stand in the order of the requests.',
      request: verifyBatchRequestSchema,
      answer: verdictBatchSchema,
    }),
  },
} as unknown as OpenAPIObject['paths'];

interface Words {
  readonly description: string;
  readonly request: object;
  readonly answer: object;
}

function operation(operationId: string, summary: string, { description, request, answer }: Words): object {
  return {
    operationId,
    summary,
    description,
    tags: ['verification'],
    security,
    requestBody: { required: true, content: { 'application/json': { schema: request } } },
    responses: { 200: { description: 'The verdict.', content: { 'application/json': { schema: answer } } } },
  };
}
