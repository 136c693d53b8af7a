import { specOf } from '../../../test/support/given.js';
import { keyCreatedOf, secretRecordOf } from '../../../test/support/key-events.js';
import { formatSecret } from '../access/secret.js';
import type { IssueToken } from './commands.js';
import { decide } from './decide.js';
import type { KeyEvent } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-03-01T00:00:00.000Z';
const secret = secretRecordOf('secret-2');
const created = keyCreatedOf();
const assigned: KeyEvent = { type: 'UserAssigned', userId: 'ada', assignedAt: at };
const issued = (tokenId: string, membershipId = 'm1'): KeyEvent => ({
  type: 'KeyTokenIssued',
  tokenId,
  userId: 'ada',
  membershipId,
  secret,
  issuedAt: at,
});
const revoked = (tokenId: string, reason: 'unspecified' | 'privilege_withdrawn'): KeyEvent => ({
  type: 'KeyTokenRevoked',
  tokenId,
  reason,
  revokedAt: at,
});
const issue: IssueToken = {
  type: 'IssueToken',
  tokenId: 'token-1',
  userId: 'ada',
  membershipId: 'm1',
  secret,
  at,
};
const rotate = { type: 'RotateToken', tokenId: 'token-1', secret, at } as const;
const revoke = { type: 'RevokeToken', tokenId: 'token-1', reason: 'unspecified', at } as const;
const assign = (...userIds: string[]) => ({ type: 'AssignUsers', userIds, notify: false, at }) as const;

describe('a token of a key', () => {
  it('is issued to an assigned user', () => {
    expect(given(created, assigned).when(issue)).toEqual([issued('token-1')]);
    expect(given(created).when(issue)).toEqual({ code: 'right.missing' });
  });

  it('is one for each user, until it is revoked', () => {
    const another = { ...issue, tokenId: 'token-2' };
    expect(given(created, assigned, issued('token-1')).when(another)).toEqual({ code: 'token.exists' });
    const history = [created, assigned, issued('token-1'), revoked('token-1', 'unspecified')];
    expect(given(...history).when(another)).toEqual([issued('token-2')]);
  });

  it('takes the place of one of an earlier membership, which ends for good', () => {
    const command = { ...issue, tokenId: 'token-2', membershipId: 'm2' };
    expect(given(created, assigned, issued('token-1')).when(command)).toEqual([
      revoked('token-1', 'privilege_withdrawn'),
      issued('token-2', 'm2'),
    ]);
  });

  it('is not of a personal token', () => {
    const personal = keyCreatedOf({ keyType: 'personal_token', userId: 'ada' });
    expect(given(personal, assigned).when(issue)).toEqual({ code: 'token.key_is_personal' });
  });

  it('is rotated and revoked while it is there', () => {
    const history = [created, assigned, issued('token-1')];
    expect(given(...history).when(rotate)).toEqual([
      { type: 'KeyTokenRotated', tokenId: 'token-1', secret, rotatedAt: at },
    ]);
    expect(given(...history).when({ ...revoke, comment: 'Lost' })).toEqual([
      { ...revoked('token-1', 'unspecified'), comment: 'Lost' },
    ]);
    for (const command of [rotate, revoke]) {
      const ended = given(...history, revoked('token-1', 'unspecified'));
      expect(ended.when(command)).toEqual({ code: 'token.not_found' });
    }
  });

  it('is revoked without a secret in the words', () => {
    const comment = `It was ${formatSecret('ckt', new Uint8Array(32))}`;
    const decision = given(created, assigned, issued('token-1')).when({ ...revoke, comment });
    expect(decision).toEqual({ code: 'field.contains_secret', field: 'comment' });
  });

  it('ends with the assignment, and does not come back with it', () => {
    const unassigned: KeyEvent = { type: 'UserUnassigned', userId: 'ada', unassignedAt: at };
    const history = [created, assigned, issued('token-1')];
    const withdrawn = revoked('token-1', 'privilege_withdrawn');
    expect(given(...history).when(assign())).toEqual([withdrawn, unassigned]);
    const again = [...history, withdrawn, unassigned, assigned];
    expect(given(...again).when(rotate)).toEqual({ code: 'token.not_found' });
    expect(given(...again).when({ ...issue, tokenId: 'token-2' })).toEqual([issued('token-2')]);
  });

  it('is left alone when the key is rotated', () => {
    const rotated: KeyEvent = {
      type: 'KeyRotated',
      secret: secretRecordOf('secret-3'),
      previousSecretId: 'secret-1',
      previousValidUntil: at,
      rotatedAt: at,
    };
    const history = [created, assigned, issued('token-1'), rotated];
    expect(given(...history).when(rotate)).toMatchObject([{ type: 'KeyTokenRotated' }]);
  });

  it('has ended with a revoked key', () => {
    const end: KeyEvent = { type: 'KeyRevoked', reason: 'unspecified', revokedAt: at };
    for (const command of [issue, rotate, revoke]) {
      const decision = given(created, assigned, issued('token-1'), end).when(command);
      expect(decision).toEqual({ code: 'key.revoked' });
    }
  });
});
