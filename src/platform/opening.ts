import pLimit from 'p-limit';
import pg from 'pg';

/**
 * Each new connection is a process that PostgreSQL spends some 20 ms on. Where it has just come back and everybody
 * needs one, opened all at once they are all ready last; so, the first ones work while the others are still opened.
 */
const openedAtOnce = 2;
const opening = pLimit(openedAtOnce);

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** For pools: takes its turn, in this thread, to be connected. */
export class PatientClient extends pg.Client {
  readonly #patienceMilliseconds: number;

  constructor(config: pg.ClientConfig = {}) {
    super(config);
    this.#patienceMilliseconds = config.connectionTimeoutMillis || Number.POSITIVE_INFINITY;
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.Client> | undefined {
    const since = performance.now();
    const connected = opening(() => {
      if (performance.now() - since < this.#patienceMilliseconds) return super.connect();
      throw new Error('There was no time left to connect: others were being connected.');
    });
    if (!callback) return connected;
    // The driver takes both forms for one.
    const tell = callback as (error: Error | null, client?: pg.Client) => void;
    connected.then((client) => tell(null, client), tell);
    return undefined;
  }
}
