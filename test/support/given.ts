import type { Decision } from '../../src/domain/decision.js';

interface Decides<S, C, E> {
  readonly evolve: (state: S | undefined, event: E) => S | undefined;
  readonly decide: (command: C, state: S | undefined) => Decision<E>;
}

/** given(events).when(command) → what was decided: events, or the refusal. */
export function specOf<S, C, E>({ evolve, decide }: Decides<S, C, E>) {
  return (...events: readonly E[]) => ({
    when(command: C) {
      const decision = decide(command, events.reduce<S | undefined>(evolve, undefined));
      return decision.ok ? decision.events : decision.refusal;
    },
  });
}
