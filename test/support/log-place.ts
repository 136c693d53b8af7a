import { createHash } from 'node:crypto';

type Settings = Readonly<Record<string, string>>;

/** For a test that asks about the log in PostgreSQL: it stays there, wherever those of the others are. */
export const onPostgres = { COMPASS_EVENTSTORE_URL: '' } as const;

/**
 * Where the log of an installation is. With COMPASS_TEST_EVENTSTORE_URL it is on that server, which may have been used
 * before, in a part that is this installation's alone: all processes with the same database or data directory share it,
 * and nobody else does. Settings that say themselves where the log is stay as they are.
 */
export function withLog(settings: Settings): Settings {
  const { COMPASS_TEST_EVENTSTORE_URL: url, COMPASS_TEST_RUN: run } = process.env;
  if (url === undefined || 'COMPASS_EVENTSTORE_URL' in settings) return settings;
  const { COMPASS_DATABASE_URL: database, COMPASS_DATA_DIR: directory } = settings;
  const installation = createHash('sha256')
    .update(`${run} ${database ?? directory}`)
    .digest('hex');
  return {
    ...settings,
    COMPASS_EVENTSTORE_URL: url,
    COMPASS_EVENTSTORE_PREFIX: `test_${installation.slice(0, 16)}`,
  };
}
