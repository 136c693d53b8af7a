import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { AppendFault, Faults } from './faults.js';
import { none, type Proposed, type StandInLog } from './log.js';
import { appendedAnswer, electionAnswer, nameOf, proposedOf, timeoutAnswer } from './messages.js';

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** An append that may come in pieces. */
interface Underway {
  readonly stream: string;
  readonly expected: bigint;
  readonly proposed: Proposed[];
}

const faultsAfterStoring: readonly AppendFault[] = [
  'silence-after-storing',
  'reset-after-storing',
  'deposed-leader',
  'deadline-after-storing',
];

/** Serves BatchAppend: one long call of many appends. */
export function createBatchAppend(log: StandInLog, faults: () => Faults): (call: Call) => void {
  /** First ids of appends that a deposed leader stored. */
  const storedByDeposed = new Set<string>();

  function answerTo(call: Call, { stream, expected, proposed }: Underway): BatchAppendResp | undefined {
    const firstId = proposed[0]?.id ?? '';
    const fault = faults().append(firstId);
    if (fault === undefined && storedByDeposed.delete(firstId)) {
      const current = log.stream(stream).at(-1)?.revision ?? none;
      return appendedAnswer({ ok: false, current }, expected);
    }
    const isStored = fault === undefined || faultsAfterStoring.includes(fault);
    const appended = isStored ? log.append(stream, expected, proposed) : undefined;
    switch (fault) {
      case undefined:
        return appended && appendedAnswer(appended, expected);
      case 'silence':
      case 'silence-after-storing':
        return undefined;
      case 'deposed-leader':
        if (appended?.ok) storedByDeposed.add(firstId);
        resetCall(call);
        return undefined;
      case 'reset':
      case 'reset-after-storing':
        resetCall(call);
        return undefined;
      case 'election':
        return electionAnswer();
      case 'deadline':
      case 'deadline-after-storing':
        return timeoutAnswer();
    }
  }

  return (call) => {
    const underway = new Map<string, Underway>();
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId()?.getString() ?? '';
      const options = request.getOptions();
      const one = underway.get(id) ?? {
        stream: nameOf(options?.getStreamIdentifier()),
        expected: options?.hasNoStream() ? none : BigInt(options?.getStreamPosition() ?? 0),
        proposed: [],
      };
      underway.set(id, one);
      one.proposed.push(...request.getProposedMessagesList().map(proposedOf));
      if (!request.getIsFinal()) return;
      underway.delete(id);
      const answer = call.destroyed ? undefined : answerTo(call, one);
      if (answer)
        call.write(
          answer
            .setCorrelationId(request.getCorrelationId())
            .setStreamIdentifier(options?.getStreamIdentifier()),
        );
    });
  };
}

/** What a client sees of a server that is killed: its call fails, and with it whatever was under way there. */
function resetCall(call: Call): void {
  call.emit('error', { code: status.UNAVAILABLE, details: 'Connection dropped' });
}
