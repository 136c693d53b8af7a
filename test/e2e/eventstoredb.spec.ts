import { createLog } from '../../src/platform/log.js';
import { startService } from '../../src/service.js';
import { type StandIn, startStandIn } from '../support/eventstore-stand-in/index.js';
import { bearer } from '../support/http-client.js';
import { startTestService, type TestService } from '../support/service.js';

let standIn: StandIn;
let service: TestService;
beforeAll(async () => {
  standIn = await startStandIn();
  service = await startTestService({ COMPASS_EVENTSTORE_URL: standIn.url });
});
afterAll(async () => {
  await service.stop();
  standIn.stop();
});

test('a key is made, verified, revoked and refused with the log on EventStoreDB', async () => {
  const owner = await service.signUp();
  const { key, secret } = await service.createKey(owner, { name: 'first' });
  expect((await service.verifyItself(secret)).body).toMatchObject({ allowed: true, keyId: key.id });

  const revoked = await service.revoke(owner, key.id);
  expect(revoked.status).toBe(200);
  expect((await service.verifyItself(secret)).status).toBe(401);

  const position = revoked.headers['compass-position'] ?? '';
  expect(position).toMatch(/^\d+\.\d+$/);
  const shown = await service.send('GET', `/v1/keys/${key.id}`, {
    as: { headers: { ...owner.headers, 'compass-min-position': String(position) } },
  });
  expect(shown.body).toMatchObject({ key: { status: 'REVOKED' } });
  expect(standIn.log.stream(`key-${key.id}`).map(({ type }) => type)).toEqual([
    'KeyCreated',
    'UserAssigned',
    'KeyRevoked',
  ]);
});

test('its history is told with the positions of that log, and what it was is known', async () => {
  const owner = await service.signUp();
  const { key } = await service.createKey(owner, {});
  const history = await service.send<{ items: { position: string; type: string }[] }>(
    'GET',
    `/v1/keys/${key.id}/history`,
    { as: owner },
  );
  expect(history.status).toBe(200);
  const stored = standIn.log.stream(`key-${key.id}`);
  expect(history.body.items.map(({ type, position }) => `${type} ${position}`)).toEqual(
    stored.map(({ type, position }) => `${type} ${position}.${position}`),
  );
  const before = await service.send('GET', `/v1/keys/${key.id}?revision=1`, { as: owner });
  expect(before.body).toMatchObject({ key: { id: key.id, revision: 1 } });
});

test('while nothing can be stored the service says so, verifies, and goes on afterwards', async () => {
  const owner = await service.signUp();
  const gateway = await service.createKey(owner, { scopes: ['verify'] });
  const { key, secret } = await service.createKey(owner, {});
  standIn.setFaults({ append: () => 'election' });
  const refused = await service.revoke(owner, key.id);
  expect(refused.status).toBe(503);
  expect((await service.verify(bearer(gateway.secret), { key: secret })).body.allowed).toBe(true);
  standIn.setFaults({});
  expect((await service.revoke(owner, key.id)).status).toBe(200);
  expect((await service.verify(bearer(gateway.secret), { key: secret })).body.code).toBe('REVOKED');
});

test('a database that belongs to a log elsewhere is refused without it', async () => {
  const starting = startService(
    { ...service.config, eventStoreUrl: undefined },
    createLog({ level: 'silent' }),
  );
  await expect(starting).rejects.toThrow('COMPASS_EVENTSTORE_URL');
});
