import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { StandInLog, Stored } from './log.js';
import { caughtUpAnswer, checkpointAnswer, confirmationAnswer, eventAnswer } from './messages.js';
import { fail, type ReadCall, send } from './reads.js';

/** Subscriptions to the whole log, and what can be done to those that are open. */
export interface Subscriptions {
  serve(call: ReadCall): void;
  /** Ends all that are open with an error, as a server that stops does. */
  drop(): void;
  /** Those that are open now say nothing any more, although they stay open. */
  silence(): void;
  readonly openCount: number;
}

export function createSubscriptions(log: StandInLog): Subscriptions {
  const open = new Map<ReadCall, { isSilent: boolean }>();

  /** From the position on, exclusive; what is filtered out is told by checkpoints, of each so many. */
  async function run(call: ReadCall, state: { isSilent: boolean }): Promise<void> {
    const options = call.request.getOptions();
    const all = options?.getAll();
    const filter = options?.getFilter();
    const prefixes = filter?.getStreamIdentifier()?.getPrefixList();
    const checkpointEvery = (filter?.getMax() ?? 1) * (filter?.getCheckpointintervalmultiplier() ?? 1);
    let leftOutCount = 0;
    const isLeftOut = ({ stream, type }: Stored): boolean =>
      filter !== undefined &&
      (prefixes ? !prefixes.some((prefix) => stream.startsWith(prefix)) : type.startsWith('$'));
    const after = all?.getPosition()?.getCommitPosition();
    let next = all?.hasEnd() ? log.all.length : after === undefined ? 0 : log.indexAt(BigInt(after) + 1n);
    let isCaughtUp = false;
    await send(call, confirmationAnswer());
    while (open.has(call)) {
      const stored = log.all[next];
      if (!stored || state.isSilent) {
        if (!isCaughtUp) await send(call, caughtUpAnswer());
        isCaughtUp = true;
        await once(log.news, 'append');
        continue;
      }
      next += 1;
      if (!isLeftOut(stored)) await send(call, eventAnswer(stored));
      else if (++leftOutCount % checkpointEvery === 0) {
        await send(call, checkpointAnswer(stored.position, isCaughtUp));
      }
    }
  }

  return {
    serve(call) {
      const state = { isSilent: false };
      open.set(call, state);
      call.on('cancelled', () => open.delete(call));
      call.on('close', () => open.delete(call));
      void run(call, state);
    },
    drop() {
      for (const call of open.keys()) {
        open.delete(call);
        fail(call, status.UNAVAILABLE, 'Connection dropped');
      }
    },
    silence() {
      for (const state of open.values()) state.isSilent = true;
    },
    get openCount() {
      return open.size;
    },
  };
}
