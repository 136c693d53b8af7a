/**
 * The house and its doors: which folder may import which. A rule reads "whatever is in `from` imports nothing
 * outside `may`". docs/architecture.md draws the same picture.
 */
const house = (name, from, may, extra = {}) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '\\.spec\\.ts$', ...extra },
  to: { path: '^(src|projections|test|bench|soak)/', pathNot: may },
});

/** npm packages and node modules that a folder may use. */
const packages = (name, from, allowed, pathNot = '\\.spec\\.ts$') => ({
  name: `${name}-packages`,
  severity: 'error',
  from: { path: from, pathNot },
  to: {
    dependencyTypesNot: ['local', 'localmodule', 'aliased'],
    path: '.',
    pathNot: [...allowed, '^(src|projections|test|bench|soak)/'],
  },
});

const domain = '^src/domain/';
const platform = '^src/platform/';
const config = '^src/config/';
const port = '^src/event-store/(port|ledger)\\.ts$';
const following = '^src/event-store/following/';
const queries = '^projections/[^/]+/(queries|filters|lapses|expiries|table|model|apply|index)\\.ts$';
const npm = (...names) => names.map((name) => `node_modules/${name}/`);
const node =
  '^(node:)?(crypto|fs|fs/promises|path|os|net|http|stream|stream/promises|timers|timers/promises|util|child_process|url|events|perf_hooks|async_hooks|buffer|diagnostics_channel|module|process|worker_threads)$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^(src|projections)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(^(test|bench|soak)/|\\.spec\\.ts$)' },
    },
    house('domain', domain, [domain]),
    packages('domain', domain, []),
    house('port', '^src/event-store/(port|ledger)\\.ts$', [domain, platform, '^src/event-store/']),
    house('codec', '^src/event-store/codec/', [domain, platform, '^src/event-store/']),
    packages('codec', '^src/event-store/(codec/|port|ledger)', [
      '^(node:)?crypto$',
      '^(node:)?timers/promises$',
    ]),
    house('store-following', following, [following, port]),
    packages('store-following', following, [node]),
    house('store-postgres', '^src/event-store/postgres/', [
      '^src/event-store/postgres/',
      following,
      port,
      platform,
      config,
    ]),
    house('store-eventstoredb', '^src/event-store/eventstoredb/', [
      '^src/event-store/eventstoredb/',
      following,
      port,
      config,
    ]),
    house('store-memory', '^src/event-store/memory/', ['^src/event-store/memory/', port, config]),
    packages('store-postgres', '^src/event-store/postgres/', [
      ...npm('pg', '@types/pg', 'kysely'),
      '^kysely/',
      node,
    ]),
    packages('store-eventstoredb', '^src/event-store/eventstoredb/', [...npm('@eventstore/db-client'), node]),
    packages('store-memory', '^src/event-store/memory/', [node]),
    house('platform', platform, [platform]),
    house('config', config, [config]),
    house('application', '^src/application/', ['^src/application/', domain, port, queries, platform]),
    packages('application', '^src/application/', [
      ...npm('@nestjs/common', '@nestjs/cqrs', 'kysely'),
      '^(node:)?timers/promises$',
    ]),
    house('verification', '^src/verification/', [
      '^src/verification/',
      domain,
      port,
      '^projections/access/',
      '^src/application/(authorize|principal)\\.ts$',
      platform,
    ]),
    packages('verification', '^src/verification/', [...npm('kysely'), node]),
    house('audit', '^src/audit/', ['^src/audit/', '^src/application/', domain, port, queries, platform]),
    house('audit-proof', '^src/audit/proof/', ['^src/audit/proof/']),
    packages('audit-proof', '^src/audit/proof/', ['^(node:)?crypto$']),
    house('identity', '^src/identity/', ['^src/identity/', '^src/application/', domain, platform, config]),
    house('processes', '^src/processes/', [
      '^src/processes/',
      '^src/application/',
      domain,
      port,
      queries,
      platform,
      config,
    ]),
    packages('processes', '^src/processes/', [...npm('nodemailer'), '^(node:)?timers/promises$']),
    house('api', '^src/api/', [
      '^src/api/',
      '^src/application/',
      '^src/verification/',
      '^src/audit/',
      '^src/identity/',
      domain,
      port,
      platform,
      config,
    ]),
    house('http', '^src/api/http/', [
      '^src/api/(?!grpc/)',
      '^src/(application|verification|audit|identity|domain|platform|config)/',
      port,
    ]),
    house('models', '^projections/(?!runner|migrations)([^/]+)/', [
      domain,
      '^projections/runner/(model|snapshot)\\.ts$',
      '^projections/$1/',
    ]),
    packages('models', '^projections/(?!runner|migrations)[^/]+/', npm('kysely')),
    house('runner', '^projections/runner/', ['^projections/', port, config, platform, domain]),
    packages('runner', '^projections/runner/', [
      ...npm('kysely', 'pg', '@types/pg', 'pg-copy-streams', '@types/pg-copy-streams', 'postgres-array'),
      node,
    ]),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
