import { moveClock } from './clock.js';
import { fillDisk } from './disk.js';
import type { Fault } from './fault.js';
import { killBoth, killPostgres, killService } from './kills.js';
import type { FaultName } from './names.js';
import { cutDatabase, cutListeners, disorderDelivery, dropDatabaseReplies, dropReplies } from './network.js';
import { pausePostgres, pauseService } from './pauses.js';
import { killRebuild } from './rebuild.js';

export const faults: Readonly<Record<FaultName, Fault>> = {
  'kill-service': killService,
  'kill-postgres': killPostgres,
  'kill-both': killBoth,
  'pause-service': pauseService,
  'pause-postgres': pausePostgres,
  'drop-replies': dropReplies,
  'cut-database': cutDatabase,
  'drop-database-replies': dropDatabaseReplies,
  'cut-listeners': cutListeners,
  'disorder-delivery': disorderDelivery,
  'fill-disk': fillDisk,
  'move-clock': moveClock,
  'kill-rebuild': killRebuild,
};
