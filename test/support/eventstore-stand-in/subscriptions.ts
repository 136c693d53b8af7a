import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { StandInLog } from './log.js';
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

  /** From the position on, exclusive; events of the server are filtered out and told by checkpoints. */
  async function run(call: ReadCall, state: { isSilent: boolean }): Promise<void> {
    const options = call.request.getOptions();
    const all = options?.getAll();
    const isFiltered = options?.hasFilter() === true;
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
      const isLeftOut = isFiltered && stored.type.startsWith('$');
      await send(call, isLeftOut ? checkpointAnswer(stored.position, isCaughtUp) : eventAnswer(stored));
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
