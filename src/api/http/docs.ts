import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { verifyPaths } from './hot/openapi.js';

const description =
  'Keys are sent as `Authorization: Bearer <secret>`; people sign in and send a cookie, and with it, when ' +
  'something changes, an `Origin` equal to this address. Errors are problem documents (RFC 9457) with a ' +
  'stable `code`. Lists are paged by `limit` and `cursor`.';

/** Serves `/openapi.json` and `/docs`, where every call can be tried. */
export async function addDocs(app: NestFastifyApplication): Promise<void> {
  SwaggerModule.setup('docs', app, createDocument(app), { jsonDocumentUrl: 'openapi.json', raw: ['json'] });
}

function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Compass Keys')
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The secret of a key.' })
    .addCookieAuth('compass_session', {
      type: 'apiKey',
      in: 'cookie',
      description: 'The session of a person.',
    })
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  return { ...document, paths: { ...document.paths, ...verifyPaths } };
}
