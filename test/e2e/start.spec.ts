import { makeDataDirectory } from '../support/data-directory.js';
import { spawnService } from '../support/spawned-service.js';

/** Tells of every format of dates that is made, for which Node reads the languages of the world. */
const telling = `
  const made = () => process.stdout.write('A format of dates was made.\\n');
  Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
    construct: (...asked) => (made(), Reflect.construct(...asked)),
    apply: (...asked) => (made(), Reflect.apply(...asked)),
  });`;

test('a start reads no languages', async () => {
  const data = makeDataDirectory();
  const service = await spawnService({
    COMPASS_DATA_DIR: data.path,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(telling)}`,
  });
  expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(service.output()).not.toContain('A format of dates was made.');
  await data.remove();
});
