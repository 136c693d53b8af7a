import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { settings } from '../../src/config/settings.js';
import { verdictCodes } from '../../src/domain/access/verdict.js';
import { startTestService, type TestService } from '../support/service.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

describe('docs/errors.md', () => {
  it('lists every code that the sources answer, and no other', () => {
    const sources = [
      'src/domain/refusals.ts',
      'src/api/http/faults.ts',
      'src/api/http/answers.ts',
      'src/api/http/idempotency.ts',
      'src/api/http/outages.ts',
      'src/api/http/credentials.ts',
      'src/api/http/principals.ts',
      'src/api/http/accounts/entrance.ts',
    ].map(read);
    const codes = sources.flatMap((text) => [
      ...text.matchAll(/'([a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*)'/g),
    ]);
    const listed = [...read('docs/errors.md').matchAll(/^\| `([a-z_.]+)` +\|/gm)];
    const name = (match: RegExpMatchArray) => match[1];
    expect(new Set(listed.map(name))).toEqual(new Set(codes.map(name)));
  });
});

describe('docker-compose.yml', () => {
  it('has no setting but those there are, and every volume and service that it speaks of', () => {
    const text = read('docker-compose.yml');
    const names = [...text.matchAll(/^ +(COMPASS_[A-Z_]+):/gm)].map((match) => match[1]);
    const known: string[] = Object.values(settings).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(3);
    expect(known).toEqual(expect.arrayContaining(names));
    const { services, volumes } = parse(text, { merge: true }) as Compose;
    const used = Object.values(services).flatMap((service) => service.volumes ?? []);
    expect(new Set(used.map((volume) => volume.split(':')[0]))).toEqual(new Set(Object.keys(volumes)));
    const needed = Object.values(services).flatMap((service) => Object.keys(service.depends_on ?? {}));
    expect(Object.keys(services)).toEqual(expect.arrayContaining(needed));
  });
});

interface Compose {
  readonly services: Record<string, { readonly volumes?: string[]; readonly depends_on?: object }>;
  readonly volumes: object;
}

describe('docs/operate.md', () => {
  it('lists every setting', () => {
    const listed = [...read('docs/operate.md').matchAll(/^\| `(COMPASS_[A-Z_]+)` +\|/gm)].map(
      (match) => match[1],
    );
    expect(new Set(listed)).toEqual(new Set(Object.values(settings).map((setting) => setting.name)));
  });
});

describe('docs/verification.md', () => {
  it('lists every verdict, in the order of the checks', () => {
    const listed = [...read('docs/verification.md').matchAll(/^\| `([A-Z_]+)` +\|/gm)];
    expect(listed.map((match) => match[1])).toEqual(verdictCodes);
  });
});

describe('README.md', () => {
  let service: TestService;
  const folder = mkdtempSync(join(tmpdir(), 'compass-keys-readme-'));

  beforeAll(async () => {
    service = await startTestService();
  });

  afterAll(async () => {
    await service.stop();
    rmSync(folder, { recursive: true });
  });

  // The examples are for a shell with curl; Compass Keys itself needs neither.
  const test = spawnSync('bash', ['-c', 'command -v curl']).status === 0 ? it : it.skip;

  test('shows what really happens', async () => {
    const script = /```sh\n([\s\S]*?)```/
      .exec(read('README.md'))?.[1]
      ?.replace('http://127.0.0.1:8080', service.url);
    const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script ?? 'false'], {
      cwd: folder,
      env: {
        ...process.env,
        PATH: `${process.execPath.replace(/\/[^/]+$/, '')}:${process.env['PATH'] ?? ''}`,
      },
    });
    const answers = stdout.split(/(?<=\})(?=\{)/).map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(answers).toMatchObject([
      { user: { email: 'ada@example.com' }, freeKey: { key: { tier: 'free' } } },
      { allowed: true, code: 'VALID' },
      { key: { name: 'CI Pipeline', secretVersion: 2 } },
      { key: { name: 'CI Pipeline', status: 'ACTIVE' } },
      { key: { status: 'REVOKED', revocationReason: 'key_compromise' } },
      { allowed: false, code: 'REVOKED' },
      {
        items: [
          { type: 'KeyCreated' },
          { type: 'UserAssigned' },
          { type: 'KeyRotated' },
          { type: 'KeyRevoked', reason: 'It was in a screenshot.' },
        ],
      },
      { key: { revision: 1, status: 'ACTIVE', secretVersion: 1 } },
    ]);
  });
});
