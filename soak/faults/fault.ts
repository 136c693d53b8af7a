import type { Chance } from '../chance.js';
import type { Tally } from '../promises.js';
import type { Measured } from '../stopwatch.js';
import type { World } from '../world.js';

/** What a fault has at hand. */
export interface Scene {
  readonly world: World;
  readonly chance: Chance;
  readonly tally: Tally;
  /** How long something is stopped or cut off. */
  readonly pauseSeconds: number;
  /** Told how long it took until writing went on after a kill. */
  readonly onBack: (measured: Measured) => void;
}

/**
 * Breaks something, and sees to it that it works again before it returns.
 * @returns why it could not be done here; nothing when it was
 */
export type Fault = (scene: Scene) => Promise<string | undefined | void>;
