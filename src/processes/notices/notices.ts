import { daysToTell, type ExpiryNotice } from '../../../projections/notices/expiries.js';
import {
  type DueRotation,
  dueExpiries,
  dueNotices,
  dueRotations,
  type NoticeFilter,
} from '../../../projections/notices/queries.js';
import type { NoticeRow } from '../../../projections/notices/table.js';
import type { Parts } from '../../application/parts.js';
import type { RecordNotice } from '../../domain/key/commands.js';
import { pause } from '../../platform/pause.js';
import type { SettledMails } from '../../platform/settled-mails.js';
import { inTurn } from '../../platform/turn.js';
import { recordOnKey } from '../record-on-key.js';
import { type Addressed, compose, composeExpiry, composeRotationDue } from './compose.js';
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

/** Something to tell. */
interface Task {
  readonly id: string;
  readonly teamId: string;
  readonly keyId: string | null;
  compose(): Promise<Composed | undefined>;
}

/** A letter, and what the log is told of it; of an invitation nothing. */
interface Composed {
  readonly letter: Addressed;
  readonly record: Omit<RecordNotice, 'type' | 'at'> | undefined;
}

const intervalMilliseconds = 1_000;
const mailsPerRound = 50;
/** A turn that takes longer may be lost to another process, which would send the same. */
const roundMilliseconds = 15_000;
const sweepMilliseconds = 3_600_000;
/** Of keys that are due for a new secret nobody needs to hear to the second. */
const rotationsMilliseconds = 60_000;

export function createNotices({ parts, mailer, settled, baseUrl, warn }: Options): Notices {
  const { readDb, clock, links } = parts;
  const tools = { ...parts, baseUrl };
  const stopping = new AbortController();
  const tries = createTries(() => clock.now().getTime());
  let running: Promise<void> = Promise.resolve();
  let sweptAt = Number.NEGATIVE_INFINITY;
  /** By the clock, when no key was due for a new secret any more. */
  let rotationsToldAt = Number.NEGATIVE_INFINITY;

  async function send(): Promise<void> {
    const end = performance.now() + roundMilliseconds;
    const at = clock.now().toISOString();
    const filter = { at, limit: mailsPerRound, except: tries.waiting() };
    const tasks = [
      ...(await dueNotices(readDb, filter)).map((one) => noticeTask(one, at)),
      ...(await dueExpiries(readDb, filter)).map((one) => expiryTask(one, at)),
      ...(await rotationsToTell(filter)).map((one) => rotationTask(one, at)),
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

  async function rotationsToTell(filter: NoticeFilter): Promise<readonly DueRotation[]> {
    const now = Date.parse(filter.at);
    if (now - rotationsToldAt < rotationsMilliseconds) return [];
    const due = await dueRotations(readDb, filter);
    if (due.length < filter.limit) rotationsToldAt = now;
    return due;
  }

  function noticeTask(notice: NoticeRow, at: string): Task {
    const { id, keyId, teamId, kind } = notice;
    const record = kind === 'invited' ? undefined : { notice: kind, causeId: id };
    return {
      id,
      keyId,
      teamId,
      async compose() {
        const letter = await compose(tools, notice, at);
        return letter && { letter, record };
      },
    };
  }

  function expiryTask(notice: ExpiryNotice, at: string): Task {
    const { causeId, keyId, teamId } = notice;
    const days = daysToTell(notice, at);
    return {
      id: `${causeId}.${notice.days}`,
      keyId,
      teamId,
      async compose() {
        const letter = await composeExpiry(tools, notice, at);
        return letter && { letter, record: { notice: 'expiring', causeId, days } };
      },
    };
  }

  function rotationTask(due: DueRotation, at: string): Task {
    const { keyId, teamId, secretVersion } = due;
    return {
      id: `${keyId}.${secretVersion}`,
      keyId,
      teamId,
      async compose() {
        const composed = await composeRotationDue(tools, due, at);
        return (
          composed && { letter: composed, record: { notice: 'rotation_due', causeId: composed.secretId } }
        );
      },
    };
  }

  async function tell({ id, keyId, teamId, compose: write }: Task): Promise<void> {
    const composed = await write();
    const isSent = composed !== undefined && (await mailer.send({ id, ...composed.letter }));
    if (isSent && keyId !== null && composed.record) {
      const command = { type: 'RecordNotice', ...composed.record, at: clock.now().toISOString() } as const;
      await recordOnKey(parts, 'notices', { keyId, teamId, command });
    }
    await settled.settle(id);
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
      await pause(intervalMilliseconds, stopping.signal);
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
