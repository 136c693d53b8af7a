import { launchService } from '../support/spawned-service.js';

test('a trace in the log names lines of the sources', async () => {
  const service = launchService({
    COMPASS_LOG_LEVEL: 'debug',
    COMPASS_MASTER_KEY: Buffer.alloc(32).toString('base64'),
    // Nothing listens there.
    COMPASS_DATABASE_URL: 'postgres://compass@127.0.0.1:1/compass',
  });
  expect(await service.exited).toEqual({ code: 1, signal: null });
  expect(service.output()).toMatch(/"stack":"Error: .*ECONNREFUSED.* \([^)]*\/src\/service\.ts:\d+:\d+\)/);
});
