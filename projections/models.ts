import { accessModel } from './access/table.js';
import { auditModel } from './audit/table.js';
import { keysModel } from './keys/table.js';
import { lastUsedModel } from './last-used/table.js';
import { noticesModel } from './notices/table.js';
import { profilesModel } from './profiles/table.js';
import { resourcesModel } from './resources/table.js';
import type { ReadModel } from './runner/model.js';
import { servicesModel } from './services/table.js';
import { teamModel } from './team/table.js';
import { walletsModel } from './wallets/table.js';

/** Every read model there is. */
export const readModels: readonly ReadModel[] = [
  accessModel,
  keysModel,
  teamModel,
  lastUsedModel,
  auditModel,
  resourcesModel,
  profilesModel,
  servicesModel,
  walletsModel,
  noticesModel,
];
