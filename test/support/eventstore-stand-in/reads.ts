import { setTimeout as sleep } from 'node:timers/promises';
import streamsPb, { type ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, type ServerWritableStream, status } from '@grpc/grpc-js';
import type { Faults } from './faults.js';
import type { StandInLog, Stored } from './log.js';
import { eventAnswer, nameOf, notFoundAnswer } from './messages.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

const slowMilliseconds = 2;

/** Serves reads of one stream and of the whole log; `subscriptions` are served elsewhere. */
export function createRead(
  log: StandInLog,
  faults: () => Faults,
  serveSubscription: (call: ReadCall) => void,
  portOf: () => number,
): (call: ReadCall) => void {
  async function serve(call: ReadCall): Promise<void> {
    const fault = faults().read();
    if (fault === 'reset') fail(call, status.UNAVAILABLE, 'Connection dropped');
    if (fault === 'not-leader') refuseAsFollower(call, portOf());
    if (fault !== undefined && fault !== 'slow') return;
    const options = call.request.getOptions();
    const stream = options?.getStream();
    const name = nameOf(stream?.getStreamIdentifier());
    if (stream && log.stream(name).length === 0) {
      await send(call, notFoundAnswer(name));
      call.end();
      return;
    }
    for (const stored of select(log, call.request)) {
      if (fault === 'slow') await sleep(slowMilliseconds);
      await send(call, eventAnswer(stored));
      if (call.cancelled || call.destroyed) return;
    }
    call.end();
  }

  return (call) => {
    call.on('error', () => undefined);
    if (call.request.getOptions()?.hasSubscription()) serveSubscription(call);
    else void serve(call);
  };
}

/** Whoever reads decides how fast. */
export async function send(call: ReadCall, answer: ReadResp): Promise<void> {
  if (call.write(answer)) return;
  await new Promise<void>((proceed) => {
    const done = (): void => {
      call.off('drain', done).off('cancelled', done).off('close', done);
      proceed();
    };
    call.on('drain', done).on('cancelled', done).on('close', done);
  });
}

export function fail(call: ReadCall, code: status, details: string): void {
  call.emit('error', { code, details });
}

function refuseAsFollower(call: ReadCall, port: number): void {
  const metadata = new Metadata();
  metadata.set('exception', 'not-leader');
  metadata.set('leader-endpoint-host', '127.0.0.1');
  metadata.set('leader-endpoint-port', String(port));
  call.emit('error', { code: status.NOT_FOUND, details: 'Leader info available', metadata });
}

/** Inclusive of where it begins, in either direction. */
function* select(log: StandInLog, request: ReadReq): Iterable<Stored> {
  const options = request.getOptions();
  const isBackwards = options?.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.BACKWARDS;
  const stream = options?.getStream();
  const events = stream ? log.stream(nameOf(stream.getStreamIdentifier())) : log.all;
  const length = events.length;
  let index = firstIndex(log, request, isBackwards, length);
  let left = BigInt(options?.getCount() ?? 0);
  for (; left > 0n && index >= 0 && index < length; left--) {
    const stored = events[index];
    if (stored) yield stored;
    index += isBackwards ? -1 : 1;
  }
}

function firstIndex(log: StandInLog, request: ReadReq, isBackwards: boolean, length: number): number {
  const options = request.getOptions();
  const revision = options?.getStream()?.hasRevision() ? options.getStream()?.getRevision() : undefined;
  if (revision !== undefined) return isBackwards ? Math.min(Number(revision), length - 1) : Number(revision);
  const position = options?.getAll()?.getPosition();
  if (position) return log.indexAt(BigInt(position.getCommitPosition()));
  return isBackwards ? length - 1 : 0;
}
