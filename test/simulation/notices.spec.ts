import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { createHttpClient } from '../support/http-client.js';
import { startMailServer } from '../support/mail-server.js';
import { createApi } from '../support/people.js';
import { createSecrets } from '../support/secrets.js';
import { spawnService } from '../support/spawned-service.js';

/** The real process is killed while the mail server has a mail that it has not said yes to. */
test('a kill between a mail and its record forgets nothing: the same mail comes again', async () => {
  const mail = await startMailServer();
  const database = await createTestDatabase();
  const settings = {
    COMPASS_DATABASE_URL: database.url,
    COMPASS_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    COMPASS_PUBLIC_URL: 'https://keys.example.com',
    ...mail.settings,
  };
  mail.behave('wait');
  const first = await spawnService(settings);
  const client = createHttpClient(first.url);
  const api = createApi(client, first.url, createSecrets());
  const owner = await api.signUp();
  const { key } = await api.createKey(owner, { name: 'ci', notifyEmail: 'grace@example.com' });
  await eventually('the mail at the server', () => mail.readsCount() > 0 || undefined);
  await first.kill('SIGKILL');
  client.close();

  mail.behave('take');
  const second = await spawnService(settings);
  const { messageId, text } = await mail.mailTo('grace@example.com', 'Your new API key');
  const token = /https:\/\/keys\.example\.com\/claim#(\S+)/.exec(text)?.[1];
  const answer = await fetch(`${second.url}/v1/claims`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  expect(await answer.json()).toMatchObject({ keyId: key.id, name: 'ci' });
  await second.kill('SIGKILL');

  // Once it is written down that it was sent, nobody sends it any more.
  const third = await spawnService(settings);
  const again = createHttpClient(third.url);
  const after = createApi(again, third.url, createSecrets());
  const as = { headers: { ...owner.headers, origin: third.url } };
  await after.createKey(as, { name: 'cd', notifyEmail: 'ada@example.com' });
  await mail.mailTo('ada@example.com', 'Your new API key');
  expect(mail.mails.filter((one) => one.messageId === messageId)).toHaveLength(1);
  again.close();
  await third.kill('SIGTERM');
  await mail.close();
  await database.drop();
});
