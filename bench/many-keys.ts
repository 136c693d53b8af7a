import { type Kysely, sql } from 'kysely';
import type { KeyFilters } from '../projections/keys/filters.js';

/** Numbers of a pseudo-random sequence, from 0 up to a limit: the same in every run. */
let state = 1;
function random(limit: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return state % limit;
}

const environments = ['production', 'staging', 'test', 'development', 'demo'];
const words = ['deploy', 'billing', 'search', 'mobile', 'gateway', 'reports', 'ingest', 'training'];

/** So many keys has a user, resource or label that is called small, in a team of any size. */
const keysOfSmall = 100;
/** So many users, resources and labels are called large, and share the other keys among them. */
const largeCount = 50;

/** Every filter that an index answers, with a value that the table below has; the argument counts its keys. */
export const pickFilters: Readonly<Record<string, (keysCount: number) => KeyFilters>> = {
  all: () => ({}),
  projectId: () => ({ projectId: `project-${random(100)}` }),
  'status ACTIVE': () => ({ status: 'ACTIVE' }),
  'status INACTIVE': () => ({ status: 'INACTIVE' }),
  'status EXPIRED': () => ({ status: 'EXPIRED' }),
  'status REVOKED': () => ({ status: 'REVOKED' }),
  'type service_account': () => ({ type: 'service_account' }),
  'type personal_token': () => ({ type: 'personal_token' }),
  environment: () => ({ environment: environments[random(5)] ?? '' }),
  'userId, small': (keysCount) => ({ userId: small('user', keysCount) }),
  'userId, large': () => ({ userId: large('user') }),
  'resourceId, small': (keysCount) => ({ resourceId: small('resource', keysCount) }),
  'resourceId, large': () => ({ resourceId: large('resource') }),
  externalId: (keysCount) => ({ externalId: `external-${1 + random(keysCount)}` }),
  'label, small': (keysCount) => ({ label: small('label', keysCount) }),
  'label, large': () => ({ label: large('label') }),
  'q, a word': () => ({ q: words[random(words.length)] ?? '' }),
  'q, a word and a number': () => ({ q: `${words[random(words.length)]} ${100 + random(900)}` }),
};

function small(kind: string, keysCount: number): string {
  return `small-${kind}-${random(smallCount(keysCount))}`;
}

function large(kind: string): string {
  return `large-${kind}-${random(largeCount)}`;
}

/** Half of the keys have a user and a label that is small, and the other half one that is large. */
function smallCount(keysCount: number): number {
  return keysCount / 2 / keysOfSmall;
}

/**
 * Keys of one team as a large one may have them: made a minute apart, a tenth revoked, a tenth expired, some
 * disabled or personal tokens, each with a user, a resource and a label. The tables are new and have no
 * indexes but their primary keys, in a generation numbered 1.
 */
export async function fillKeys(db: Kysely<unknown>, keysCount: number): Promise<void> {
  const valueOf = (kind: string, random: string) =>
    sql.raw(`array[case when n % 2 = 0
    then 'small-${kind}-' || floor(${random} * ${smallCount(keysCount)})::int
    else 'large-${kind}-' || floor(${random} * ${largeCount})::int end]`);
  await sql`
    insert into read.keys_v1 (
      id, team_id, project_id, name, type, tier, public, masked_secret, role, scopes, environment,
      external_id, labels, allowed_ips, allowed_origins, resource_ids, services, created_at, created_by_type,
      created_by_id, expires_at, is_expiry_recorded, is_disabled, revoked_at, revocation_reason,
      secret_version, user_ids, revision)
    select uuidv7(-(${keysCount}::int - n) * interval '1 minute')::text, 'team-1', 'project-' || p,
      (array[${sql.join(words.map((word) => sql.lit(word)))}])[1 + n % 8] || ' ' || (100000 * random())::int,
      case when n % 50 = 7 then 'personal_token' else 'service_account' end, 'paid', false,
      'cks_3fQ…x9Za', 'member', array['project', 'inference'],
      (array[${sql.join(environments.map((one) => sql.lit(one)))}])[e],
      case when n % 2 = 0 then 'external-' || n end, ${valueOf('label', 'l')}, '{}', '{}',
      ${valueOf('resource', 'r')}, '[]', date_trunc('milliseconds', now()) - (${keysCount}::int - n) * interval '1 minute',
      'user', 'user-1',
      case when x < 0.1 then now() - interval '1 day' when x < 0.3 then now() + interval '1 year' end,
      x < 0.1, x > 0.95, case when x between 0.5 and 0.6 then now() end,
      case when x between 0.5 and 0.6 then 'superseded' end, 1, ${valueOf('user', 'u')}, 3
    from (
      select n, (100 * random())::int % 100 as p, 1 + (5 * random())::int % 5 as e, random() as l,
        random() as r, random() as x, random() as u
      from generate_series(1, ${keysCount}::int) as n
    ) as keys`.execute(db);
  await fillLinks(db);
}

/** As `keyLinks` derives them; the index comes last, because that is faster. */
async function fillLinks(db: Kysely<unknown>): Promise<void> {
  await sql`alter table read.key_links_v1 drop constraint key_links_v1_pkey`.execute(db);
  await sql`
    insert into read.key_links_v1 (list, key_id, key_created_at, key_name)
    select team_id || '/' || kind || '/' || value, id, created_at, name from read.keys_v1, lateral (
      select 'user' as kind, unnest(user_ids) as value
      union all select 'resource', unnest(resource_ids) union all select 'label', unnest(labels)
    ) as link`.execute(db);
  await sql`alter table read.key_links_v1 add primary key (list, key_created_at, key_id)`.execute(db);
}
