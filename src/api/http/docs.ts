import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { verifyPaths } from './hot/openapi.js';
import { completeDocument } from './openapi.js';

const description =
  'Keys are sent as `Authorization: Bearer <secret>`; people sign in and send a cookie, and with it, when ' +
  'something changes, an `Origin` equal to this address. Errors are problem documents (RFC 9457) with a ' +
  'stable `code`. Lists are paged by `limit` and `cursor`. Every answer carries `X-Request-Id`.';

/**
 * Serves `/openapi.json` and `/docs`, where every call can be tried. The document is made for the first who asks: that
 * is a tenth of a start, and most processes are never asked.
 */
export function addDocs(app: NestFastifyApplication): void {
  const options = { jsonDocumentUrl: 'openapi.json', raw: ['json' as const] };
  SwaggerModule.setup('docs', app, () => createDocument(app), options);
}

/** The OpenAPI document of all operations, those outside Nest included. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Compass Keys')
    .setDescription(description)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The secret of a key.' })
    .addCookieAuth('compass_session', {
      type: 'apiKey',
      in: 'cookie',
      description: 'The session of a person.',
    })
    .build();
  const document = SwaggerModule.createDocument(app, settings, {
    operationIdFactory: (_controller, method) => method,
    autoTagControllers: false,
  });
  nameBySubject(document);
  return completeDocument({ ...document, paths: { ...document.paths, ...verifyPaths } });
}

/** `create` under the tag `bias profiles` is `biasProfilesCreate`: clients name their functions after it. */
function nameBySubject({ paths }: OpenAPIObject): void {
  for (const { get, post, put, patch, delete: remove } of Object.values(paths)) {
    for (const operation of [get, post, put, patch, remove]) {
      if (!operation) continue;
      const words = [...(operation.tags?.[0] ?? '').split(' '), operation.operationId ?? ''];
      operation.operationId = words.map((word, at) => (at === 0 ? word : capitalized(word))).join('');
    }
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
