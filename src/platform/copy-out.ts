import pg from 'pg';

/**
 * Takes what `COPY … TO STDOUT` sends, message by message as the driver reads them. PostgreSQL sends one for each row,
 * and a stream in between, which puts them together and takes them apart again, costs more than all else.
 * @param take is given a row, in text form with the end of its line: bytes that are good until it returns, for the
 * driver reads the next messages into the same memory. When it throws, what comes after is left out.
 * @throws what PostgreSQL or the driver says, or what `take` threw
 */
export async function copyOut(
  client: pg.ClientBase,
  statement: string,
  take: (row: Buffer) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.query(new CopyOut(statement, take, (error) => (error === undefined ? resolve() : reject(error))));
  });
}

class CopyOut extends pg.Query {
  #take: ((row: Buffer) => void) | undefined;
  #thrown: Error | undefined;

  constructor(statement: string, take: (row: Buffer) => void, settle: (error?: Error) => void) {
    super(statement, (error) => settle(error ?? this.#thrown));
    this.#take = take;
  }

  /** What is thrown here would be an error of the connection, and nobody's. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    try {
      this.#take?.(chunk);
    } catch (error) {
      this.#take = undefined;
      this.#thrown = error instanceof Error ? error : new Error(String(error));
    }
  }
}
