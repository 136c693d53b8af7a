import { EventEmitter } from 'node:events';

/** What a client proposes to store. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Stored extends Proposed {
  readonly stream: string;
  /** Counts from 0. */
  readonly revision: bigint;
  /** Commit and prepare position in one: they only differ in transactions, which clients of today cannot write. */
  readonly position: bigint;
}

export type Appended =
  | { readonly ok: true; readonly revision: bigint; readonly position: bigint }
  | { readonly ok: false; readonly current: bigint };

/** The revision of a stream that does not exist. */
export const none = -1n;

/** A server writes events of its own, at the start and ever again; what operators set has a type like any other. */
const ownEvents = ['$UserCreated', '$metadata', 'update-default-acl', '$statsCollected'];
const ownEveryCount = 7;
const bytesAroundRecord = 90n;

/**
 * The log of the stand-in, in memory. Positions have gaps, as those of the real one do, which are places in a
 * file; and events of the server itself stand between those of its clients.
 */
export class StandInLog {
  /** Emits `append` after events were stored. */
  readonly news = new EventEmitter<{ append: [] }>().setMaxListeners(0);
  readonly #events: Stored[] = [];
  readonly #streams = new Map<string, Stored[]>();
  #end = 0n;
  #untilOwn = ownEveryCount;

  constructor() {
    this.forget();
  }

  /** As if the server were new. */
  forget(): void {
    this.#events.length = 0;
    this.#streams.clear();
    for (const type of ownEvents) this.#writeOwn(type);
  }

  get all(): readonly Stored[] {
    return this.#events;
  }

  stream(name: string): readonly Stored[] {
    return this.#streams.get(name) ?? [];
  }

  /** Index of the first event that is not before the position. */
  indexAt(position: bigint): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.position ?? 0n) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Appends as the real server does: the same ids at the same expected revision are answered as before; the same
   * ids at the revision that the stream has now are stored once more.
   */
  append(stream: string, expected: bigint, proposed: readonly Proposed[]): Appended {
    const current = this.#lastRevision(stream);
    if (expected !== current) {
      return this.#findRepeat(stream, expected, proposed) ?? { ok: false, current };
    }
    for (const one of proposed) this.#write(stream, one);
    if (--this.#untilOwn === 0) {
      this.#writeOwn('$statsCollected');
      this.#untilOwn = ownEveryCount;
    }
    this.news.emit('append');
    return {
      ok: true,
      revision: this.#lastRevision(stream),
      position: this.stream(stream).at(-1)?.position ?? 0n,
    };
  }

  #lastRevision(stream: string): bigint {
    return this.stream(stream).at(-1)?.revision ?? none;
  }

  #findRepeat(stream: string, expected: bigint, proposed: readonly Proposed[]): Appended | undefined {
    const first = Number(expected + 1n);
    const earlier = this.stream(stream).slice(first, first + proposed.length);
    const last = earlier.at(-1);
    const same =
      earlier.length === proposed.length && earlier.every(({ id }, index) => id === proposed[index]?.id);
    return last && same ? { ok: true, revision: last.revision, position: last.position } : undefined;
  }

  #writeOwn(type: string): void {
    const data = Buffer.from('{"own":true}');
    const metadata = new Uint8Array();
    this.#write('$settings', {
      id: crypto.randomUUID(),
      type,
      contentType: 'application/json',
      data,
      metadata,
    });
  }

  #write(stream: string, proposed: Proposed): void {
    const written = { ...proposed, stream, revision: this.#lastRevision(stream) + 1n, position: this.#end };
    this.#end += bytesAroundRecord + BigInt(proposed.data.length + proposed.metadata.length);
    this.#events.push(written);
    const before = this.#streams.get(stream);
    if (before) before.push(written);
    else this.#streams.set(stream, [written]);
  }
}
