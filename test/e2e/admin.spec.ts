import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examine, type Finding } from '../../src/admin/doctor.js';
import { modelsNamed, rebuildModels } from '../../src/admin/rebuild.js';
import { type Config, loadConfig } from '../../src/config/config.js';
import { createLog } from '../../src/platform/log.js';
import { createPool } from '../../src/platform/postgres.js';
import { onPostgres } from '../support/log-place.js';
import { startTestService, type TestService } from '../support/service.js';

const log = createLog({ level: 'silent' });
let service: TestService;

beforeAll(async () => {
  service = await startTestService(onPostgres);
});

afterAll(() => service.stop());

async function findingsOf(config: Config): Promise<Finding[]> {
  const findings = [];
  for await (const finding of examine(config, log)) findings.push(finding);
  return findings;
}

async function failuresOf(config: Config): Promise<Finding[]> {
  return (await findingsOf(config)).filter(({ ok }) => !ok);
}

async function query(statement: string): Promise<unknown[]> {
  const pool = createPool(service.databaseUrl, { applicationName: 'test' });
  try {
    return (await pool.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await pool.end();
  }
}

describe('doctor', () => {
  it('finds nothing wrong with a running service, and looks at every part', async () => {
    await service.signUp();
    const findings = await findingsOf(service.config);
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual([
      'disk',
      'database',
      'processes',
      'migrations',
      'durability',
      'master key',
      'clock',
      'log',
      'read model access',
      'read model keys',
      'read model team',
      'read model last-used',
      'read model audit',
      'read model resources',
      'read model profiles',
      'read model services',
      'read model wallets',
      'read model notices',
    ]);
    expect(findings.find(({ name }) => name === 'processes')?.detail).toBe(
      '1 by these settings, 1 serving now',
    );
  });

  it('says that there is nothing yet, and makes nothing', async () => {
    const config = loadConfig({
      COMPASS_DATA_DIR: join(tmpdir(), `compass-nowhere-${randomBytes(4).toString('hex')}`),
    });
    const failures = await failuresOf(config);
    expect(failures).toMatchObject([{ name: 'database' }]);
    expect(failures[0]?.detail).toMatch(/npm start makes one/);
  });

  it('notices another master key', async () => {
    const config = { ...service.config, masterKey: randomBytes(32) };
    const failures = await failuresOf(config);
    expect(failures[0]).toMatchObject({ name: 'master key' });
    expect(failures[0]?.detail).toMatch(/sealed with another master key/);
  });

  it('notices a migration that was not applied', async () => {
    await query("update ring.migration set name = 'x' || name");
    expect(await failuresOf(service.config)).toMatchObject([{ name: 'migrations' }]);
    await query('update ring.migration set name = substr(name, 2)');
  });

  it('notices a database that may lose what it acknowledged', async () => {
    const [{ name }] = (await query('select current_database() as name')) as [{ name: string }];
    await query(`alter database ${JSON.stringify(name)} set synchronous_commit = off`);
    const failures = await failuresOf(service.config);
    await query(`alter database ${JSON.stringify(name)} reset synchronous_commit`);
    expect(failures).toMatchObject([{ name: 'durability' }]);
    expect(failures[0]?.detail).toContain('synchronous_commit');
  });

  it('notices an event that somebody took away', async () => {
    await service.signUp();
    await query('create table public.stolen as select * from log.events where position = 3');
    await query('delete from log.events where position = 3');
    expect(await failuresOf(service.config)).toMatchObject([{ name: 'log' }]);
    await query('insert into log.events select * from public.stolen');
    await query('drop table public.stolen');
    expect(await failuresOf(service.config)).toEqual([]);
  });
});

describe('rebuild', () => {
  it('makes every table anew beside the running service, as it was', async () => {
    const owner = await service.signUp();
    await service.createKey(owner, { name: 'Kept' });
    const before = await service.send('GET', '/v1/keys', { as: owner });
    const told = new Set<string>();
    await rebuildModels(service.config, log, modelsNamed('all') ?? [], ({ model, phase }) =>
      told.add(`${model} ${phase}`),
    );
    for (const model of ['access', 'keys', 'team', 'last-used', 'audit'])
      expect(told).toContain(`${model} done`);
    expect((await service.send('GET', '/v1/keys', { as: owner })).body).toEqual(before.body);
    await service.createKey(owner, { name: 'After' });
    expect(
      (await service.send<{ items: unknown[] }>('GET', '/v1/keys', { as: owner })).body.items,
    ).toHaveLength(3);
  });

  it('knows its models by name', () => {
    expect(modelsNamed('keys')).toHaveLength(1);
    expect(modelsNamed('nothing')).toBeUndefined();
  });
});
