/** Where the answer of a write says that it stands. */
export interface Receipt {
  readonly keyId: string;
  /** Of the last event of the key after the write. */
  readonly position: string;
}

/**
 * Something that a client asked for, however often it sent the request. The id of every try begins with its own,
 * and the service writes that into the metadata of the events.
 */
export interface Operation {
  readonly id: string;
  readonly kind: string;
  /** The events it makes, as sorted lists of types, of which one holds; an empty list where nothing changes. */
  readonly expects: readonly (readonly string[])[];
  outcome: 'open' | 'done' | 'stored' | 'refused' | 'unknown';
  receipt?: Receipt;
}

/** Everything that was asked for and is not yet compared with the log. */
export interface Operations {
  begin(id: string, kind: string, expects: Operation['expects']): Operation;
  all(): Iterable<Operation>;
  get(id: string): Operation | undefined;
  /** Once it was compared: whatever comes of it later comes too late. */
  forget(operation: Operation): void;
  begunCount(): number;
}

export function createOperations(): Operations {
  const known = new Map<string, Operation>();
  let begunCount = 0;
  return {
    begin(id, kind, expects) {
      const operation: Operation = { id, kind, expects, outcome: 'open' };
      known.set(id, operation);
      begunCount += 1;
      return operation;
    },
    all: () => known.values(),
    get: (id) => known.get(id),
    forget: ({ id }) => void known.delete(id),
    begunCount: () => begunCount,
  };
}

const form = /^(s\d+-\d+)\.\d+$/;

/** The operation that a request belongs to; undefined for requests of others. */
export function operationIdOf(requestId: string): string | undefined {
  return form.exec(requestId)?.[1];
}

export const requestIdOf = (operationId: string, attempt: number): string => `${operationId}.${attempt}`;
