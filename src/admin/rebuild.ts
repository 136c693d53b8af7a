import { readModels } from '../../projections/models.js';
import type { ReadModel } from '../../projections/runner/model.js';
import { type RebuildProgress, rebuild } from '../../projections/runner/rebuild.js';
import type { Config } from '../config/config.js';
import { type Installation, openInstallation } from '../installation.js';
import type { Log } from '../platform/log.js';

/** The models a name means: one, or `all`; undefined when there is no such model. */
export function modelsNamed(name: string): readonly ReadModel[] | undefined {
  if (name === 'all') return readModels;
  const model = readModels.find((one) => one.name === name);
  return model && [model];
}

/** Makes the tables of read models anew from the log, one after the other, beside a service that may be running. */
export async function rebuildModels(
  config: Config,
  log: Log,
  models: readonly ReadModel[],
  onProgress: (progress: RebuildProgress) => void,
): Promise<void> {
  const installation = await openInstallation({ config, log, as: 'tool' });
  try {
    for (const model of models) await rebuildOne(installation, model, onProgress);
  } finally {
    await installation.close();
  }
}

async function rebuildOne(
  { workDb, databaseUrl, ledger }: Installation,
  model: ReadModel,
  onProgress: (progress: RebuildProgress) => void,
): Promise<void> {
  await rebuild({ db: workDb, connectionString: databaseUrl, ledger, model, onProgress });
}
