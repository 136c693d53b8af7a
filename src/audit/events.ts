import { auditPage } from '../../projections/audit/queries.js';
import type { AuditRow } from '../../projections/audit/table.js';
import { authorize, seesPersonalData } from '../application/authorize.js';
import { stepsOf } from '../application/key/fold-key.js';
import { type Page, pageOf } from '../application/page.js';
import type { Parts } from '../application/parts.js';
import type { Principal } from '../application/principal.js';
import { denied, done, type Result } from '../application/result.js';
import type { EventType } from '../domain/recorded.js';
import { withActorNames } from './actor-names.js';
import { changesOf, entryOf, type HistoryEntry } from './entry.js';

/** An entry of the team's whole history: it also says what it is about. */
export interface AuditEvent extends HistoryEntry {
  readonly stream: string;
  /** Null for events that are not about one key. */
  readonly keyId: string | null;
}

export interface AuditRequest {
  readonly keyId?: string;
  readonly actorId?: string;
  readonly type?: EventType;
  /** ISO instants: recorded at or after `from`, before `to`. */
  readonly from?: string;
  readonly to?: string;
  /** The place in the log to go on after. */
  readonly afterIndex?: number;
  /** 1 to 200. */
  readonly limit: number;
}

/** Its place is one in the log. */
type AuditPage = Page<AuditEvent, number>;

/** What happened in a team, oldest first: found by the read model `audit`, told from the log itself. */
export async function auditEvents(
  parts: Parts,
  principal: Principal,
  request: AuditRequest,
): Promise<Result<AuditPage>> {
  const verdict = authorize(principal, 'audit.read');
  if (verdict !== 'allowed') return denied(verdict);
  const { limit, ...filters } = request;
  const rows = await auditPage(parts.readDb, { ...filters, teamId: principal.teamId, limit: limit + 1 });
  const { items, next } = pageOf(rows, limit, ({ index }) => index);
  const entries = await readEntries(parts, principal, items);
  return done({ items: await withActorNames(parts, entries), next });
}

/** One read per stream, however many of its events are on the page. */
async function readEntries(
  parts: Parts,
  principal: Principal,
  rows: readonly AuditRow[],
): Promise<AuditEvent[]> {
  const entries = new Map<string, HistoryEntry>();
  const byStream = Map.groupBy(rows, ({ stream }) => stream);
  await Promise.all(
    [...byStream].map(([stream, wanted]) => readStream(parts, principal, stream, wanted, entries)),
  );
  return rows.flatMap(({ eventId, stream, keyId }) => {
    const entry = entries.get(eventId);
    return entry ? [{ ...entry, stream, keyId }] : [];
  });
}

async function readStream(
  { ledger }: Parts,
  principal: Principal,
  stream: string,
  rows: readonly AuditRow[],
  entries: Map<string, HistoryEntry>,
): Promise<void> {
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return;
  if (first.keyId !== null) {
    const personal = seesPersonalData(principal);
    for await (const step of stepsOf(ledger, first.keyId, last.revision)) {
      entries.set(step.recorded.id, entryOf(step.recorded, changesOf(step, personal)));
    }
    return;
  }
  for (const { revision } of rows) {
    for await (const recorded of ledger.readStream(stream, { from: BigInt(revision), limit: 1 })) {
      entries.set(recorded.id, entryOf(recorded, []));
    }
  }
}
