import { setTimeout as sleep } from 'node:timers/promises';
import { daysToTell, type ExpiryNotice } from '../../../projections/notices/expiries.js';
import { dueExpiries, dueNotices } from '../../../projections/notices/queries.js';
import type { NoticeRow } from '../../../projections/notices/table.js';
import { keyDecider } from '../../application/deciders.js';
import type { Parts } from '../../application/parts.js';
import type { RecordNotice } from '../../domain/key/commands.js';
import { keyStream } from '../../domain/key/events.js';
import type { SettledMails } from '../../platform/settled-mails.js';
import { inTurn } from '../../platform/turn.js';
import { type Addressed, compose, composeExpiry } from './compose.js';
import type { Mailer } from './mailer.js';
import { createTries } from './tries.js';

/**
 * Tells people by mail what happened to keys and invitations, or is about to. What is to be told follows from the
 * log, and that it was told is written down only afterwards: whatever ends this process in between, a mail is sent
 * again rather than not at all, with the same Message-ID. Processes take turns, as those that record lapses do.
 */
export interface Notices {
  start(): void;
  /** Finishes the mail under way. */
  stop(): Promise<void>;
  /** One round, of so many mails at most. @throws what the database throws */
  send(): Promise<void>;
}

interface Options {
  readonly parts: Parts;
  readonly mailer: Mailer;
  readonly settled: SettledMails;
  /** Where people reach the service, such as `https://keys.example.com`. */
  readonly baseUrl: string;
  readonly warn: (message: string, error: unknown) => void;
}

/** Something to tell, and what the log is told of it. */
interface Task {
  readonly id: string;
  readonly teamId: string;
  readonly keyId: string | null;
  readonly record: Omit<RecordNotice, 'type' | 'at'> | undefined;
  compose(): Promise<Addressed | undefined>;
}

const intervalMilliseconds = 1_000;
const mailsPerRound = 50;
/** A turn that takes longer may be lost to another process, which would send the same. */
const roundMilliseconds = 15_000;
const sweepMilliseconds = 3_600_000;

export function createNotices({ parts, mailer, settled, baseUrl, warn }: Options): Notices {
  const { executor, readDb, clock, newId, links } = parts;
  const tools = { ...parts, baseUrl };
  const stopping = new AbortController();
  const tries = createTries(() => clock.now().getTime());
  let running: Promise<void> = Promise.resolve();
  let sweptAt = Number.NEGATIVE_INFINITY;

  async function send(): Promise<void> {
    const end = performance.now() + roundMilliseconds;
    const at = clock.now().toISOString();
    const filter = { at, limit: mailsPerRound, except: tries.waiting() };
    const tasks = [
      ...(await dueNotices(readDb, filter)).map((one) => noticeTask(one, at)),
      ...(await dueExpiries(readDb, filter)).map((one) => expiryTask(one, at)),
    ];
    for (const task of tasks) {
      if (stopping.signal.aborted || performance.now() > end) return;
      await tell(task).then(
        () => tries.forget(task.id),
        (error: unknown) => {
          tries.failed(task.id);
          warn('A mail could not be sent; trying again later.', error);
        },
      );
    }
  }

  function noticeTask(notice: NoticeRow, at: string): Task {
    const { id, keyId, teamId, kind } = notice;
    const record = kind === 'invited' ? undefined : { notice: kind, causeId: id };
    return { id, keyId, teamId, record, compose: () => compose(tools, notice, at) };
  }

  function expiryTask(notice: ExpiryNotice, at: string): Task {
    const { causeId, keyId, teamId } = notice;
    const days = daysToTell(notice, at);
    const record = { notice: 'expiring', causeId, days } as const;
    return {
      id: `${causeId}.${notice.days}`,
      keyId,
      teamId,
      record,
      compose: () => composeExpiry(tools, notice, at),
    };
  }

  async function tell({ id, keyId, teamId, record, compose: write }: Task): Promise<void> {
    const letter = await write();
    const isSent = letter !== undefined && (await mailer.send({ id, ...letter }));
    if (isSent && keyId !== null && record) await recordOne(keyId, teamId, record);
    await settled.settle(id);
  }

  /** A refusal means that the key was deleted meanwhile. */
  async function recordOne(
    keyId: string,
    teamId: string,
    record: NonNullable<Task['record']>,
  ): Promise<void> {
    const commandId = newId();
    await executor.execute({
      decider: keyDecider,
      stream: keyStream(keyId),
      command: { type: 'RecordNotice', ...record, at: clock.now().toISOString() },
      context: {
        actor: { type: 'process', id: 'notices' },
        teamId,
        commandId,
        correlationId: commandId,
      },
    });
  }

  async function sweep(): Promise<void> {
    if (performance.now() - sweptAt < sweepMilliseconds) return;
    sweptAt = performance.now();
    await Promise.all([links.sweep(), settled.sweep()]);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await inTurn(readDb, 'compass notices', async () => {
        await sweep();
        await send();
      }).catch((error: unknown) => warn('Mails wait; trying again.', error));
      await sleep(intervalMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    send,
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
