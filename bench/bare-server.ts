import { hash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { cpuMetric, listen, onBody } from './plain-server.js';
import type { Population } from './population.js';
import { answerQuestions } from './workers.js';

interface Question {
  readonly key: string;
}

/**
 * The yardstick of verification: node:http and nothing else, doing what no such service can do without. It
 * parses the body, looks up caller and key by SHA-256 in a Map, and writes the same answer as JSON.
 */
answerQuestions(async ({ gateway, keys, teamId, projectId }: Population) => {
  const records = new Map<string, object>([[digestOf(gateway), {}]]);
  for (const { keyId, secret } of keys) {
    records.set(digestOf(secret), {
      allowed: true,
      code: 'VALID',
      checked: [
        'NOT_FOUND',
        'REVOKED',
        'EXPIRED',
        'INACTIVE',
        'PROJECT_ARCHIVED',
        'INSUFFICIENT_SCOPE',
        'INSUFFICIENT_ROLE',
      ],
      grantedBy: null,
      keyId,
      teamId,
      projectId,
      type: 'service_account',
      role: 'member',
      scopes: ['project', 'inference'],
      environment: null,
      appId: null,
      userId: null,
      biasProfile: null,
      expiresAt: null,
      secretVersion: 1,
      revision: 2,
    });
  }
  const recordOf = ({ key }: Question) => records.get(digestOf(key));
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end(cpuMetric());
    onBody(request, (text) => {
      const asked = JSON.parse(text) as Question & { requests?: Question[] };
      const caller = records.get(digestOf(secretOf(request)));
      const answer = asked.requests ? { verdicts: asked.requests.map(recordOf) } : recordOf(asked);
      const body = JSON.stringify(answer ?? {});
      response.writeHead(caller && answer ? 200 : 404, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  });
  return listen(server);
});

function secretOf({ headers }: IncomingMessage): string {
  return headers.authorization?.slice('Bearer '.length) ?? '';
}

function digestOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
