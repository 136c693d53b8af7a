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

/** Users, resources and labels of a team: a thousand each, fewer where a page of keys would not be full. */
function kindsIn(keysCount: number): number {
  return Math.min(1_000, keysCount / 100);
}

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
  userId: (keysCount) => ({ userId: `user-${random(kindsIn(keysCount))}` }),
  resourceId: (keysCount) => ({ resourceId: `resource-${random(kindsIn(keysCount))}` }),
  externalId: (keysCount) => ({ externalId: `external-${1 + random(keysCount)}` }),
  label: (keysCount) => ({ label: `label-${random(kindsIn(keysCount))}` }),
  'q, a word': () => ({ q: words[random(words.length)] ?? '' }),
  'q, a word and a number': () => ({ q: `${words[random(words.length)]} ${100 + random(900)}` }),
};

/**
 * Keys of one team as a large one may have them: made a minute apart, a tenth revoked, a tenth expired, some
 * disabled or personal tokens, each with a user and a label, half of them with a resource.
 */
export async function fillKeys(db: Kysely<unknown>, keysCount: number): Promise<void> {
  const kinds = kindsIn(keysCount);
  await sql`
    insert into read.keys_v1 (
      id, team_id, project_id, name, type, tier, public, masked_secret, role, scopes, environment,
      external_id, labels, allowed_ips, allowed_origins, resource_ids, created_at, created_by_type,
      created_by_id, expires_at, is_expiry_recorded, is_disabled, revoked_at, revocation_reason,
      secret_version, user_ids, revision)
    select uuidv7(-(${keysCount}::int - n) * interval '1 minute')::text, 'team-1', 'project-' || p,
      (array[${sql.join(words.map((word) => sql.lit(word)))}])[1 + n % 8] || ' ' || (100000 * random())::int,
      case when n % 50 = 7 then 'personal_token' else 'service_account' end, 'paid', false,
      'cks_3fQ…x9Za', 'member', array['project', 'inference'],
      (array[${sql.join(environments.map((one) => sql.lit(one)))}])[e],
      case when n % 2 = 0 then 'external-' || n end,
      array['label-' || floor(r * ${kinds}::int)::int], '{}', '{}',
      case when n % 2 = 1 then array['resource-' || floor(r * ${kinds}::int)::int] else '{}' end,
      now() - (${keysCount}::int - n) * interval '1 minute', 'user', 'user-1',
      case when x < 0.1 then now() - interval '1 day' when x < 0.3 then now() + interval '1 year' end,
      x < 0.1, x > 0.95, case when x between 0.5 and 0.6 then now() end,
      case when x between 0.5 and 0.6 then 'superseded' end, 1,
      array['user-' || floor(u * ${kinds}::int)::int], 3
    from (
      select n, (100 * random())::int % 100 as p, 1 + (5 * random())::int % 5 as e, random() as r,
        random() as x, random() as u
      from generate_series(1, ${keysCount}::int) as n
    ) as keys`.execute(db);
}
