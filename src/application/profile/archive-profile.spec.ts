import { keysModel } from '../../../projections/keys/table.js';
import { partsOf } from '../../../test/support/parts.js';
import { keyCreated } from '../../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../../test/support/projection-house.js';
import { newId } from '../../platform/ids.js';
import { type Parts, ReadModelsBehind } from '../parts.js';
import { actorOf } from '../principal.js';
import { ArchiveProfileCommand, ArchiveProfileHandler } from './archive-profile.js';

const at = '2026-11-21T00:00:00.000Z';
const teamId = newId();
const profileId = newId();

let house: House;

beforeEach(async () => {
  house = await openHouse();
  await house.append(`profile-${profileId}`, {
    type: 'BiasProfileCreated',
    profileId,
    teamId,
    name: 'Cautious',
    settings: {},
    createdAt: at,
  });
});
afterEach(() => house.close());

async function giveToKey(): Promise<void> {
  const keyId = newId();
  await house.append(`key-${keyId}`, keyCreated({ keyId, teamId }));
  await house.append(`key-${keyId}`, { type: 'BiasProfileChanged', biasProfileId: profileId, changedAt: at });
}

function archive(keysListed: Parts['keysListed']) {
  const principal = { type: 'user', userId: newId(), sessionId: newId(), teamId, role: 'OWNER' } as const;
  const context = { commandId: newId(), correlationId: newId(), actor: actorOf(principal), teamId };
  const task = { principal, profileId, context, expectedRevision: undefined };
  return new ArchiveProfileHandler(partsOf(house, { keysListed })).execute(new ArchiveProfileCommand(task));
}

/** The list of keys is behind until somebody waits for it. */
async function catchUp(): Promise<void> {
  const runner = house.runner({ models: [keysModel] });
  await runner.start();
  await settle(house, runner);
}

const types = async () => (await house.events()).map(({ event }) => event.type);

describe('archiving a bias profile', () => {
  it('is refused for a key that the list of keys does not have yet', async () => {
    await giveToKey();
    expect(await archive(catchUp)).toEqual({ ok: false, refusal: { code: 'profile.attached' } });
  });

  it('happens where no key has it', async () => {
    expect(await archive(catchUp)).toMatchObject({ ok: true, value: { revision: 2 } });
    expect(await types()).toEqual(['BiasProfileCreated', 'BiasProfileArchived']);
  });

  it('is not decided while the list of keys stays behind', async () => {
    await giveToKey();
    const asked: string[] = [];
    const behind = async (position: string) => {
      asked.push(position);
      throw new ReadModelsBehind();
    };
    await expect(archive(behind)).rejects.toThrow(ReadModelsBehind);
    expect(asked).toEqual([await house.ledger.head()]);
    expect(await types()).not.toContain('BiasProfileArchived');
  });
});
