import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { createBatchAppend } from './appends.js';
import { type Faults, noFaults } from './faults.js';
import { StandInLog } from './log.js';
import { featuresAnswer, gossipAnswer } from './messages.js';
import { createRead } from './reads.js';
import { createSubscriptions, type Subscriptions } from './subscriptions.js';

export { appendFaults, readFaults } from './faults.js';

/**
 * Not an EventStoreDB, and never to be offered as one: it stands in for it in tests, where the real server is not
 * at hand. It speaks as much of the protocol as our adapter uses, keeps its log in memory, answers as a real
 * server of version 23.10 was seen to, and fails on demand in the ways in which that was seen to fail.
 */
export interface StandIn {
  /** For the client, such as `esdb://127.0.0.1:2113?tls=false`. */
  readonly url: string;
  readonly port: number;
  readonly log: StandInLog;
  readonly subscriptions: Subscriptions;
  /** What befalls calls from now on. */
  setFaults(faults: Partial<Faults>): void;
  /** Breaks every connection and listens no more. */
  stop(): void;
}

interface Options {
  /** A log that outlives a server that is started again. */
  readonly log?: StandInLog;
  /** Default: any free one. */
  readonly port?: number;
}

export async function startStandIn({ log = new StandInLog(), port = 0 }: Options = {}): Promise<StandIn> {
  let faults = noFaults();
  const subscriptions = createSubscriptions(log);
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  let bound = port;
  server.addService(StreamsService, {
    read: createRead(
      log,
      () => faults,
      subscriptions.serve,
      () => bound,
    ),
    batchAppend: createBatchAppend(log, () => faults),
  });
  server.addService(ServerFeaturesService, {
    getSupportedMethods: (_: unknown, answer: sendUnaryData<unknown>) => answer(null, featuresAnswer()),
  });
  server.addService(GossipService, {
    read: (_: unknown, answer: sendUnaryData<unknown>) => answer(null, gossipAnswer('127.0.0.1', bound)),
  });
  bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, found) => {
      if (error) reject(error);
      else resolve(found);
    });
  });
  return {
    url: `esdb://127.0.0.1:${bound}?tls=false`,
    port: bound,
    log,
    subscriptions,
    setFaults(given) {
      faults = { ...noFaults(), ...given };
    },
    stop: () => server.forceShutdown(),
  };
}
