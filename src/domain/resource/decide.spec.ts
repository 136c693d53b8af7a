import { specOf } from '../../../test/support/given.js';
import { formatSecret } from '../access/secret.js';
import type { ChangeResourceStatus, RegisterResource } from './commands.js';
import { decide } from './decide.js';
import type { ResourceEvent, ResourceRegistered } from './events.js';
import { evolve, type ResourceStatus } from './state.js';

const given = specOf({ evolve, decide });

const fields = {
  resourceId: 'r1',
  teamId: 'team-1',
  name: 'Tokens per minute',
  model: 'jais-30b',
  resourceType: 'TPM',
} as const;
const at = '2026-01-01T00:00:00.000Z';
const register: RegisterResource = { type: 'RegisterResource', ...fields, at };
const registered: ResourceRegistered = { type: 'ResourceRegistered', ...fields, registeredAt: at };
const activated: ResourceEvent = { type: 'ResourceActivated', activatedAt: at };
const deactivated: ResourceEvent = { type: 'ResourceDeactivated', deactivatedAt: at };
const change = (status: ResourceStatus): ChangeResourceStatus => ({
  type: 'ChangeResourceStatus',
  status,
  at,
});

describe('registering a resource', () => {
  it('records what it is given, once', () => {
    expect(given().when(register)).toEqual([registered]);
    expect(given(registered).when(register)).toEqual([]);
  });

  it.each(['', ' a', 'a ', 'a\nb', '\u200b', 'x'.repeat(101)])('refuses %j as a name or model', (text) => {
    expect(given().when({ ...register, name: text })).toEqual({
      code: 'resource.name_invalid',
      field: 'name',
    });
    expect(given().when({ ...register, model: text })).toEqual({
      code: 'resource.model_invalid',
      field: 'model',
    });
  });

  it('refuses a secret in every text', () => {
    const secret = formatSecret('cks', new Uint8Array(32).fill(7));
    for (const field of ['name', 'model']) {
      const refusal = { code: 'field.contains_secret', field };
      expect(given().when({ ...register, [field]: `see ${secret}` })).toEqual(refusal);
    }
  });
});

describe('the status of a resource', () => {
  it('is active from the first', () => {
    expect(given(registered).when(change('active'))).toEqual([]);
    expect(given(registered).when(change('inactive'))).toEqual([deactivated]);
  });

  it('changes to and fro, and a repeat changes nothing', () => {
    expect(given(registered, deactivated).when(change('inactive'))).toEqual([]);
    expect(given(registered, deactivated).when(change('active'))).toEqual([activated]);
    expect(given(registered, deactivated, activated).when(change('active'))).toEqual([]);
  });

  it('is of something that is there', () => {
    expect(given().when(change('active'))).toEqual({ code: 'resource.not_found' });
  });
});
