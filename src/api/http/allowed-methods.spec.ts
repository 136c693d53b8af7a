import { fastify } from 'fastify';
import { rememberMethods } from './allowed-methods.js';

function methods() {
  const app = fastify();
  const methodsOf = rememberMethods(app);
  app.get('/v1/keys', () => '');
  app.post('/v1/keys', () => '');
  app.delete('/v1/keys/:id', () => '');
  app.route({ method: ['PUT', 'PATCH'], url: '/v1/keys/self', handler: () => '' });
  app.register((inside, _options, done) => {
    inside.get('/docs/*', () => '');
    done();
  });
  return app.ready().then(() => methodsOf);
}

describe('the methods of a path', () => {
  it.each([
    ['/v1/keys', ['GET', 'HEAD', 'POST']],
    ['/v1/keys/1', ['DELETE']],
    ['/v1/keys/self', ['DELETE', 'PATCH', 'PUT']],
    ['/docs/a/b.css', ['GET', 'HEAD']],
    ['/docs/', ['GET', 'HEAD']],
    ['/docs', []],
    ['/v1/keys/', []],
    ['/v1/keys/1/2', []],
    ['/v1', []],
    ['/', []],
  ])('%s: %j', async (path, expected) => {
    expect((await methods())(path)).toEqual(expected);
  });
});
