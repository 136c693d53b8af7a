import pg from 'pg';
import { OutcomeUnknown, StoreUnavailable } from '../port.js';
import { Unsent } from './connections.js';
import { explainAppendFailure, explainFailure } from './failures.js';

describe('a failed statement', () => {
  it.each([
    ['lock_not_available', '55P03'],
    ['query_canceled, by the statement time-out', '57014'],
    ['disk_full', '53100'],
    ['too_many_connections', '53300'],
    ['deadlock_detected', '40P01'],
    ['read_only_sql_transaction', '25006'],
  ])('that Postgres rolled back for want of something stored nothing: %s', (_, code) => {
    expect(explainAppendFailure(failure('ERROR', code))).toBeInstanceOf(StoreUnavailable);
    expect(explainFailure(failure('ERROR', code))).toBeInstanceOf(StoreUnavailable);
  });

  it.each([
    ['character_not_in_repertoire', '22021'],
    ['unique_violation', '23505'],
    ['undefined_table', '42P01'],
  ])('that Postgres rolled back for its content is no matter of waiting: %s', (_, code) => {
    const error = failure('ERROR', code);
    expect(explainAppendFailure(error)).toBe(error);
    expect(explainFailure(error)).toBe(error);
  });

  it.each([
    ['admin_shutdown', failure('FATAL', '57P01')],
    ['crash_shutdown', failure('FATAL', '57P02')],
    ['disk full while the log was written ahead', failure('PANIC', '53100')],
    ['a broken connection', new Error('Connection terminated unexpectedly')],
    ['no answer in time', new Error('Query read timeout')],
  ])('may have committed before the end: %s', (_, error) => {
    expect(explainAppendFailure(error)).toBeInstanceOf(OutcomeUnknown);
    expect(explainFailure(error)).toBeInstanceOf(StoreUnavailable);
  });

  it('stored nothing when it was never sent', () => {
    const unsent = new Unsent('There is no connection.');
    expect(explainAppendFailure(unsent)).toBeInstanceOf(StoreUnavailable);
    expect(explainAppendFailure(unsent)).toMatchObject({ cause: unsent });
  });
});

function failure(severity: string, code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('It failed.', 0, 'error'), { severity, code });
}
