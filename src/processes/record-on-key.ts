import { keyDecider } from '../application/deciders.js';
import type { Parts } from '../application/parts.js';
import type { KeyCommand } from '../domain/key/commands.js';
import { keyStream } from '../domain/key/events.js';

interface Task {
  readonly keyId: string;
  readonly teamId: string;
  readonly command: KeyCommand;
}

/**
 * Writes down what the service did by itself.
 * @param processName who did it, as the history tells
 * @returns whatever became of it: a refusal means that the key was deleted meanwhile
 */
export async function recordOnKey(
  { executor, newId }: Pick<Parts, 'executor' | 'newId'>,
  processName: string,
  { keyId, teamId, command }: Task,
): Promise<void> {
  const commandId = newId();
  await executor.execute({
    decider: keyDecider,
    stream: keyStream(keyId),
    command,
    context: {
      actor: { type: 'process', id: processName },
      teamId,
      commandId,
      correlationId: commandId,
    },
  });
}
