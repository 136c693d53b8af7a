import { createHmac, randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { open, seal } from './seal.js';

/** An answer as it can be given again. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Without the secret. */
  readonly body: unknown;
  /** What was presented when it was asked for: only that gets the secret again. */
  readonly credentialId: string;
}

/** What names a request: all of it is hashed, none of it is kept. */
export interface RequestMarks {
  /** Two requests with the same name are meant as one. */
  readonly name: readonly string[];
  /** What both of them must ask for. */
  readonly content: readonly string[];
}

export type Begun =
  | { readonly state: 'begun'; readonly attempt: Attempt }
  /** Another process, or another request of this one, is at it. */
  | { readonly state: 'in_progress' }
  /** It was begun and not answered: whether it was carried out is not known, so it is never done again. */
  | { readonly state: 'outcome_unknown' }
  /** The name was used for something else. */
  | { readonly state: 'different' }
  | { readonly state: 'answered'; readonly reply: Reply; readonly secret: string | undefined };

/** The right to answer a request; nobody else gets it while the request is kept. */
export interface Attempt {
  /** Keeps the answer; the secret apart from it, for a shorter time. Never fails: the answer stands anyway. */
  finish(reply: Reply, secret: string | undefined): Promise<void>;
  /** Forgets the request: surely nothing was done, so the next one begins anew. Never fails. */
  abandon(): Promise<void>;
  /** Ends the request without an answer where it may have been carried out. Never fails. */
  giveUp(): Promise<void>;
}

/**
 * Answers kept for those who lost theirs: 24 hours, their secret 10 minutes, both sealed. Who began and
 * did not come back within a minute is taken for dead in the middle: the outcome is unknown from then on,
 * unless the answer comes all the same.
 */
export interface Replies {
  begin(request: RequestMarks): Promise<Begun>;
  /** Deletes what has lived its time. */
  sweep(): Promise<void>;
  /** Sweeps every minute until it is stopped. */
  start(): void;
  stop(): Promise<void>;
}

const keptFor = sql.raw(`interval '24 hours'`);
const secretKeptFor = sql.raw(`interval '10 minutes'`);
const leasedFor = sql.raw(`interval '60 seconds'`);
const sweepMilliseconds = 60_000;

export const migrations: Record<string, Migration> = {
  '0001_entries': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        create table replies.entries (
          name bytea primary key,
          content bytea not null,
          attempt uuid not null,
          begun_at timestamptz not null default now(),
          answer bytea,
          secret bytea
        )`.execute(db);
      await sql`create index on replies.entries (begun_at)`.execute(db);
    },
  },
  '0002_given_up': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`alter table replies.entries add column is_given_up boolean not null default false`.execute(
        db,
      );
    },
  },
};

interface Options {
  readonly db: Kysely<unknown>;
  /** Seals what is kept; 32 bytes. */
  readonly sealKey: Uint8Array;
  /** Hashes the marks, so that a body that holds little is not found by trying; 32 bytes. */
  readonly markKey: Uint8Array;
  /** Told, without personal data, when something could not be kept or deleted. */
  readonly warn: (message: string, error: unknown) => void;
}

interface Entry {
  readonly content: Buffer;
  readonly answer: Buffer | null;
  readonly secret: Buffer | null;
  readonly isOver: boolean;
}

export function createReplies({ db, sealKey, markKey, warn }: Options): Replies {
  const marked = (parts: readonly string[]) =>
    createHmac('sha256', markKey).update(JSON.stringify(parts)).digest();
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  async function begin(request: RequestMarks): Promise<Begun> {
    const name = marked(request.name);
    const content = marked(request.content);
    const attempt = randomUUID();
    const { rows: taken } = await sql`
      insert into replies.entries as kept (name, content, attempt) values (${name}, ${content}, ${attempt})
      on conflict (name) do update
        set content = excluded.content, attempt = excluded.attempt, begun_at = now(), answer = null, secret = null,
          is_given_up = false
        where kept.begun_at <= now() - ${keptFor}
      returning true`.execute(db);
    if (taken.length > 0) return { state: 'begun', attempt: attemptOf(name, attempt) };
    const { rows } = await sql<Entry>`
      select content, answer, case when begun_at > now() - ${secretKeptFor} then secret end as secret,
        is_given_up or begun_at <= now() - ${leasedFor} as "isOver"
      from replies.entries where name = ${name}`.execute(db);
    const entry = rows[0];
    // Abandoned in between: whoever did so answers a moment later, and the next try begins.
    if (!entry) return { state: 'in_progress' };
    if (!entry.content.equals(content)) return { state: 'different' };
    if (!entry.answer) return { state: entry.isOver ? 'outcome_unknown' : 'in_progress' };
    return {
      state: 'answered',
      reply: JSON.parse(open(sealKey, contextOf('answer', name), entry.answer).toString('utf8')) as Reply,
      secret: entry.secret
        ? open(sealKey, contextOf('secret', name), entry.secret).toString('utf8')
        : undefined,
    };
  }

  function attemptOf(name: Buffer, attempt: string): Attempt {
    const sealed = (part: string, text: string) => seal(sealKey, contextOf(part, name), Buffer.from(text));
    return {
      async finish(reply, secret) {
        const answer = sealed('answer', JSON.stringify(reply));
        const sealedSecret = secret === undefined ? null : sealed('secret', secret);
        await sql`
          update replies.entries set answer = ${answer}, secret = ${sealedSecret}
          where name = ${name} and attempt = ${attempt}`
          .execute(db)
          .catch((error: unknown) => warn('An answer could not be kept for a repeated request.', error));
      },
      async abandon() {
        await sql`delete from replies.entries where name = ${name} and attempt = ${attempt}`
          .execute(db)
          .catch((error: unknown) => warn('A request that failed could not be forgotten.', error));
      },
      async giveUp() {
        await sql`update replies.entries set is_given_up = true where name = ${name} and attempt = ${attempt}`
          .execute(db)
          .catch((error: unknown) => warn('A request without an outcome could not be given up.', error));
      },
    };
  }

  async function sweep(): Promise<void> {
    await sql`delete from replies.entries where begun_at <= now() - ${keptFor}`.execute(db);
    await sql`
      update replies.entries set secret = null
      where secret is not null and begun_at <= now() - ${secretKeptFor}`.execute(db);
  }

  return {
    begin,
    sweep,
    start() {
      timer = setInterval(() => {
        sweeping = sweep().catch((error: unknown) => warn('Old answers could not be deleted.', error));
      }, sweepMilliseconds);
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

function contextOf(part: string, name: Buffer): string {
  return `${part} ${name.toString('hex')}`;
}
