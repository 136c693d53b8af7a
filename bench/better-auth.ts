import type { PeerOrder } from './better-auth-server.js';
import { loadServer, perSecond, summarise } from './http-load.js';
import type { Population } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';
import { startWithKeys } from './verify.js';
import { verifyCalls } from './verify-calls.js';

const keysCount = 10_000;
const rounds = 5;

/** `POST /v1/verify` beside the same question to better-auth, on the same Postgres, over HTTP too. */
export async function benchBetterAuth(stage: Stage): Promise<BenchRow[]> {
  const { url, population } = await startWithKeys(stage, 'beside_peer', keysCount);
  const calls = verifyCalls(population);
  // Before the server: what is made last goes first.
  const databaseUrl = await stage.makeDatabase('peer');
  const peer = stage.startWorker<PeerOrder, string>('./better-auth-server.js');
  const peerUrl = await peer.ask({ databaseUrl, keys: population.keys });
  const service = await loadServer(stage, url, calls);
  const other = await loadServer(stage, peerUrl, calls);
  const bare = stage.startWorker<Population, string>('./bare-server.js');
  const yardstick = await loadServer(stage, await bare.ask(population), calls);
  const measured = await inTurns(rounds, {
    ours: service.round,
    peer: other.round,
    limit: yardstick.round,
  });
  const most = compare(perSecond(measured.limit), perSecond(measured.peer));
  return [
    {
      name: `verify, ${keysCount.toLocaleString('en')} keys, beside the API keys of better-auth`,
      ...compare(perSecond(measured.ours), perSecond(measured.peer)),
      unit: 'requests/s',
      target: 40,
      limitedBy: 'one core; better-auth reads and writes the row of the key in Postgres each time',
      notes: [
        `verify: ${summarise(measured.ours)}.`,
        `better-auth: ${summarise(measured.peer)}.`,
        `bare node:http: ${summarise(measured.limit)}; ${most.ratio.toFixed(1)} times better-auth.`,
      ],
    },
  ];
}
