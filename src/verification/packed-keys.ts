import type { CopiedOwn } from '../../projections/access/queries.js';
import type { KeyAccessRow, SecretRow, TokenRow } from '../../projections/access/table.js';
import type { KeyAccess, SecretAccess } from '../domain/access/verdict.js';
import {
  copiedInstant,
  copiedList,
  copiedNumber,
  copySecret,
  digestLength,
  isEmptyList,
  isNot,
  isOneSecret,
} from './copied-keys.js';
import { createInterning, type Interned } from './interning.js';
import { createMoreSecrets, noSecrets, type SecretsOfKey } from './more-secrets.js';
import { copyUuid, readUuid, writeUuid } from './packed-uuid.js';
import { createSlotTable, nobody } from './slot-table.js';

/** A key as it is found by one of its secrets. */
export interface Found {
  readonly access: KeyAccess;
  readonly secret: FoundSecret;
}

/** A secret in memory; as such it has a number that no other ever has, also not that of the key's next record. */
export interface FoundSecret extends SecretAccess {
  readonly number?: number;
}

/**
 * Keys as bytes instead of objects: a quarter of the memory, nothing for the garbage collector to walk through, and
 * two or three places in memory to wait for instead of a dozen when a key comes that was not asked about lately.
 * Of the secrets the first is among them; the others, which few keys have, are objects. Keys that do not fit the form are
 * left to whoever asks.
 */
export interface PackedKeys {
  /** What is made of what keys have in common is made once for all of them. */
  share(common: CommonOfKeys): SharedByKeys;
  /** False, and nothing is kept, when the key does not fit. It must not be there yet. */
  add(own: OwnOfKey, shared: SharedByKeys): boolean;
  /** The same for what stands in a COPY: in a fraction of the time. */
  addCopied(own: CopiedOwn<OwnOfKey>, shared: SharedByKeys): boolean;
  /** Makes room for so many more keys: adding them takes half the time. */
  reserve(more: number): void;
  /** False when it is not there. */
  remove(keyId: string): boolean;
  row(keyId: string): KeyAccessRow | undefined;
  /** @param digest SHA-256 of the secret, a character for each byte (`latin1`) */
  find(digest: string): Found | undefined;
}

/** Of a row: what each key has for itself. */
export type OwnOfKey = Pick<KeyAccessRow, (typeof ownOfKey)[number]>;
export const ownOfKey = [
  'keyId',
  'expiresAt',
  'revokedAt',
  'secrets',
  'tokens',
  'secretVersion',
  'revision',
] as const satisfies readonly (keyof KeyAccessRow)[];
/** Where those stand in a COPY. */
const place = (field: keyof OwnOfKey) => ownOfKey.indexOf(field);
const keyIdPlace = place('keyId');
const expiresAtPlace = place('expiresAt');
const revokedAtPlace = place('revokedAt');
const secretsPlace = place('secrets');
const tokensPlace = place('tokens');
const secretVersionPlace = place('secretVersion');
const revisionPlace = place('revision');
/** The rest: most of a row, and the same for many. */
export type CommonOfKeys = Omit<KeyAccessRow, keyof OwnOfKey>;

/** Not kept by those that were added with it. */
export interface SharedByKeys {
  readonly common: CommonOfKeys;
  readonly shape: Interned<Shape>;
  readonly lists: Lists | undefined;
}

/** What many keys have in common. */
type Shape = Omit<KeyAccess, keyof Own | keyof Lists>;
/** What each has for itself. */
type Own = Pick<KeyAccess, 'keyId' | 'expiresAt' | 'revokedAt' | 'secretVersion' | 'revision'>;
/** What most have none of. */
type Lists = Pick<KeyAccess, 'userIds' | 'resources' | 'services' | 'allowedIps' | 'allowedOrigins'>;

/** Where a record has what, in bytes: numbers of 8 bytes at multiples of 8, those of 4 at multiples of 4. */
const digestAt = 0;
const digestBytes = 32;
const idBytes = 16;
const keyIdAt = 32;
const secretIdAt = 48;
const expiresAtAt = 64;
const revokedAtAt = 72;
/** The number of the shape, after one bit for whether there are lists, and one for more secrets than the first. */
const shapeAt = 80;
const shapeBit = 2;
const listsFlag = 1;
const moreFlag = 2;
const revisionAt = 84;
const secretVersionAt = 88;
const numberAt = 92;
const recordBytes = 96;

/** Records come in blocks of 1.5 MiB, so that nothing is copied when there are more. */
const blockBits = 14;
const blockMask = (1 << blockBits) - 1;

interface Block {
  readonly bytes: Buffer;
  readonly integers: Int32Array;
  readonly numbers: Float64Array;
}

const noLists: Lists = { userIds: [], resources: [], services: [], allowedIps: [], allowedOrigins: [] };

export function createPackedKeys(): PackedKeys {
  const blocks: Block[] = [];
  const free: number[] = [];
  let slotsCount = 0;
  let nextNumber = 1;
  const shapes = createInterning<Shape>({ textOf: textOfShape, isAlike: areAlike, keep: shapeOf });
  const listsOf = new Map<number, Lists>();
  const more = createMoreSecrets();
  const byDigest = createSlotTable((slot) => integerAt(slot, digestAt));
  const byId = createSlotTable((slot) => idHash(blockOf(slot).integers, startOf(slot) + keyIdAt));
  /** Where an id is written that is looked for. */
  const sought = createBlock(idBytes);

  function blockOf(slot: number): Block {
    const block = blocks[slot >> blockBits];
    if (!block) throw new Error(`There is no record ${slot}.`);
    return block;
  }

  function integerAt(slot: number, part: number): number {
    return blockOf(slot).integers[(startOf(slot) + part) >> 2] ?? 0;
  }

  function newSlot(): number {
    const slot = free.pop() ?? slotsCount++;
    if (slot >> blockBits === blocks.length) blocks.push(createBlock(recordBytes << blockBits));
    return slot;
  }

  function slotOf(keyId: string): number {
    if (!writeUuid(keyId, sought.bytes, 0)) return nobody;
    for (let place = byId.home(idHash(sought.integers, 0)); ; place = byId.next(place)) {
      const slot = byId.slotAt(place);
      if (slot === nobody || hasSoughtId(slot)) return slot;
    }
  }

  function hasSoughtId(slot: number): boolean {
    const start = startOf(slot) + keyIdAt;
    return sought.bytes.compare(blockOf(slot).bytes, start, start + idBytes) === 0;
  }

  function accessIn(slot: number): KeyAccess {
    const { bytes, integers, numbers } = blockOf(slot);
    const start = startOf(slot);
    const shapeAndFlags = integers[(start + shapeAt) >> 2] ?? 0;
    const shape = shapes.get(shapeAndFlags >> shapeBit);
    const lists = shapeAndFlags & listsFlag ? (listsOf.get(slot) ?? noLists) : noLists;
    // Written out: a spread of three objects takes several times as long.
    return {
      keyId: readUuid(bytes, start + keyIdAt),
      teamId: shape.teamId,
      projectId: shape.projectId,
      type: shape.type,
      tier: shape.tier,
      public: shape.public,
      ownerId: shape.ownerId,
      role: shape.role,
      scopes: shape.scopes,
      environment: shape.environment,
      appId: shape.appId,
      userIds: lists.userIds,
      resources: lists.resources,
      services: lists.services,
      biasProfileId: shape.biasProfileId,
      allowedIps: lists.allowedIps,
      allowedOrigins: lists.allowedOrigins,
      isDisabled: shape.isDisabled,
      expiresAt: instantOf(numbers[(start + expiresAtAt) >> 3]),
      revokedAt: instantOf(numbers[(start + revokedAtAt) >> 3]),
      secretVersion: integers[(start + secretVersionAt) >> 2] ?? 0,
      revision: integers[(start + revisionAt) >> 2] ?? 0,
    };
  }

  function secretIn(slot: number): FoundSecret {
    const { integers } = blockOf(slot);
    const start = startOf(slot) >> 2;
    const id = start + (secretIdAt >> 2);
    return new PackedSecret(
      integers[start + (numberAt >> 2)] ?? 0,
      integers[id] ?? 0,
      integers[id + 1] ?? 0,
      integers[id + 2] ?? 0,
      integers[id + 3] ?? 0,
    );
  }

  function findAmongOthers(digest: string): Found | undefined {
    const found = more.find(digest);
    return found && { access: accessIn(found.slot), secret: found.secret };
  }

  /** False when the row would not come back as it is. */
  function write(slot: number, own: OwnOfKey, { secretId, digest }: SecretRow): boolean {
    const { bytes } = blockOf(slot);
    const start = startOf(slot);
    const fits =
      writeUuid(own.keyId, bytes, start + keyIdAt) &&
      writeUuid(secretId, bytes, start + secretIdAt) &&
      bytes.write(digest, start + digestAt, digestBytes, 'base64url') === digestBytes &&
      digest.length === digestLength &&
      isSmall(own.revision) &&
      isSmall(own.secretVersion);
    if (!fits) return false;
    const [expiresAt, revokedAt] = [timeOf(own.expiresAt), timeOf(own.revokedAt)];
    if (instantOf(expiresAt) !== own.expiresAt || instantOf(revokedAt) !== own.revokedAt) return false;
    writeNumbers(slot, expiresAt, revokedAt, own.secretVersion, own.revision);
    return true;
  }

  function writeCopied(slot: number, { bytes: text, starts }: CopiedOwn<OwnOfKey>): boolean {
    const { bytes } = blockOf(slot);
    const start = startOf(slot);
    const from = (place: number) => starts[place] ?? 0;
    const until = (place: number) => from(place + 1) - 1;
    const target = { bytes, digestAt: start + digestAt, idAt: start + secretIdAt };
    const expiresAt = copiedInstant(text, from(expiresAtPlace), until(expiresAtPlace));
    const revokedAt = copiedInstant(text, from(revokedAtPlace), until(revokedAtPlace));
    const secretVersion = copiedNumber(text, from(secretVersionPlace), until(secretVersionPlace));
    const revision = copiedNumber(text, from(revisionPlace), until(revisionPlace));
    const fits =
      copyUuid(text, from(keyIdPlace), until(keyIdPlace), bytes, start + keyIdAt) &&
      copySecret(text, from(secretsPlace), until(secretsPlace), target) &&
      ![expiresAt, revokedAt, secretVersion, revision].includes(isNot);
    if (fits) writeNumbers(slot, expiresAt, revokedAt, secretVersion, revision);
    return fits;
  }

  function writeNumbers(
    slot: number,
    expiresAt: number,
    revokedAt: number,
    secretVersion: number,
    revision: number,
  ): void {
    const { integers, numbers } = blockOf(slot);
    const start = startOf(slot);
    numbers[(start + expiresAtAt) >> 3] = expiresAt;
    numbers[(start + revokedAtAt) >> 3] = revokedAt;
    integers[(start + revisionAt) >> 2] = revision;
    integers[(start + secretVersionAt) >> 2] = secretVersion;
    integers[(start + numberAt) >> 2] = nextNumber++;
  }

  /** @param write false when the key does not fit */
  function addWritten(
    { shape, lists }: SharedByKeys,
    others: SecretsOfKey,
    write: (slot: number) => boolean,
  ): boolean {
    const slot = newSlot();
    if (!write(slot)) {
      free.push(slot);
      return false;
    }
    if (lists) listsOf.set(slot, lists);
    const hasMore = others !== noSecrets;
    if (hasMore) more.add(slot, others);
    const flags = (lists ? listsFlag : 0) | (hasMore ? moreFlag : 0);
    blockOf(slot).integers[(startOf(slot) + shapeAt) >> 2] = (shapes.hold(shape) << shapeBit) | flags;
    byDigest.add(slot);
    byId.add(slot);
    return true;
  }

  return {
    share: (common) => ({ common, shape: shapes.like(common), lists: listsIn(common) }),
    add(own, shared) {
      const [secret, ...secrets] = own.secrets;
      if (secret?.validUntil !== null) return false;
      const { tokens } = own;
      const others = secrets.length + tokens.length > 0 ? { secrets, tokens } : noSecrets;
      return addWritten(shared, others, (slot) => write(slot, own, secret));
    },
    addCopied(own, shared) {
      const others = copiedOthers(own);
      return others !== undefined && addWritten(shared, others, (slot) => writeCopied(slot, own));
    },
    reserve(more) {
      byDigest.reserve(more);
      byId.reserve(more);
    },
    remove(keyId) {
      const slot = slotOf(keyId);
      if (slot === nobody) return false;
      byDigest.remove(slot);
      byId.remove(slot);
      const shapeAndFlags = integerAt(slot, shapeAt);
      shapes.release(shapeAndFlags >> shapeBit);
      listsOf.delete(slot);
      if (shapeAndFlags & moreFlag) more.remove(slot);
      free.push(slot);
      return true;
    },
    row(keyId) {
      const slot = slotOf(keyId);
      if (slot === nobody) return undefined;
      const start = startOf(slot) + digestAt;
      const digest = blockOf(slot).bytes.toString('base64url', start, start + digestBytes);
      const { secretId, validUntil } = secretIn(slot);
      const { secrets, tokens } = more.of(slot);
      return { ...accessIn(slot), secrets: [{ secretId, validUntil, digest }, ...secrets], tokens };
    },
    find(digest) {
      for (let place = byDigest.home(hashOf(digest)); ; place = byDigest.next(place)) {
        const slot = byDigest.slotAt(place);
        if (slot === nobody) return findAmongOthers(digest);
        if (!isAt(digest, blockOf(slot).bytes, startOf(slot) + digestAt)) continue;
        return { access: accessIn(slot), secret: secretIn(slot) };
      }
    },
  };
}

/** The secrets that come after the first; undefined where a list has another form. */
function copiedOthers({ bytes, starts }: CopiedOwn<OwnOfKey>): SecretsOfKey | undefined {
  const [from, until] = [starts[secretsPlace] ?? 0, (starts[secretsPlace + 1] ?? 0) - 1];
  const [tokensFrom, tokensUntil] = [starts[tokensPlace] ?? 0, (starts[tokensPlace + 1] ?? 0) - 1];
  const hasTokens = !isEmptyList(bytes, tokensFrom, tokensUntil);
  if (!hasTokens && isOneSecret(from, until)) return noSecrets;
  const secrets = copiedList(bytes, from, until) as readonly SecretRow[] | undefined;
  const tokens = hasTokens
    ? (copiedList(bytes, tokensFrom, tokensUntil) as readonly TokenRow[] | undefined)
    : [];
  return secrets && tokens && { secrets: secrets.slice(1), tokens };
}

/** Few ask for the id, and writing it takes longer than all else that is read of a record. */
class PackedSecret implements FoundSecret {
  readonly validUntil = null;

  constructor(
    readonly number: number,
    readonly id0: number,
    readonly id1: number,
    readonly id2: number,
    readonly id3: number,
  ) {}

  get secretId(): string {
    return readUuid(new Uint8Array(Int32Array.of(this.id0, this.id1, this.id2, this.id3).buffer), 0);
  }
}

function createBlock(bytesCount: number): Block {
  const bytes = Buffer.alloc(bytesCount);
  // A small buffer is part of a larger one that others use, too.
  const view = [bytes.buffer, bytes.byteOffset] as const;
  return {
    bytes,
    integers: new Int32Array(...view, bytesCount / 4),
    numbers: new Float64Array(...view, bytesCount / 8),
  };
}

/** Of a record, in its block. */
function startOf(slot: number): number {
  return (slot & blockMask) * recordBytes;
}

/** Of an id: the last bits count, those before are chance, and the first are the time. */
function idHash(integers: Int32Array, start: number): number {
  return (integers[(start >> 2) + 2] ?? 0) ^ (integers[(start >> 2) + 3] ?? 0);
}

/** The first four bytes as they are read from a record: little-endian, as all machines are that Node runs on. */
function hashOf(digest: string): number {
  return (
    digest.charCodeAt(0) |
    (digest.charCodeAt(1) << 8) |
    (digest.charCodeAt(2) << 16) |
    (digest.charCodeAt(3) << 24)
  );
}

function isAt(digest: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < digestBytes; i++) if (bytes[start + i] !== digest.charCodeAt(i)) return false;
  return true;
}

/** Whether a number comes back from 32 bits. */
function isSmall(count: number): boolean {
  return count === (count | 0);
}

/** Nothing else of a row may stay in memory with it. */
function shapeOf(row: Shape): Shape {
  const { teamId, projectId, type, tier, ownerId, role, scopes, environment, appId } = row;
  const { biasProfileId, isDisabled } = row;
  const shape = {
    teamId,
    projectId,
    type,
    tier,
    public: row.public,
    ownerId,
    role,
    scopes,
    environment,
    appId,
  };
  return { ...shape, biasProfileId, isDisabled };
}

/** Scopes that are other objects are not looked into. */
function areAlike(one: Shape, other: Shape): boolean {
  return (
    one.teamId === other.teamId &&
    one.projectId === other.projectId &&
    one.type === other.type &&
    one.tier === other.tier &&
    one.public === other.public &&
    one.ownerId === other.ownerId &&
    one.role === other.role &&
    one.scopes === other.scopes &&
    one.environment === other.environment &&
    one.appId === other.appId &&
    one.biasProfileId === other.biasProfileId &&
    one.isDisabled === other.isDisabled
  );
}

/** The texts that people chose come last and quoted, so that no two shapes read the same. */
function textOfShape(shape: Shape): string {
  const { teamId, projectId, type, tier, ownerId, role, scopes, environment, appId } = shape;
  const { biasProfileId, isDisabled } = shape;
  const chosen = `${JSON.stringify(environment)}/${JSON.stringify(appId)}`;
  const ids = `${teamId}/${projectId}/${ownerId}/${biasProfileId}`;
  return `${ids}/${type}/${tier}/${shape.public}/${role}/${scopes.join()}/${isDisabled}/${chosen}`;
}

function listsIn(row: Lists): Lists | undefined {
  const { userIds, resources, services, allowedIps, allowedOrigins } = row;
  const count =
    userIds.length + resources.length + services.length + allowedIps.length + allowedOrigins.length;
  return count > 0 ? { userIds, resources, services, allowedIps, allowedOrigins } : undefined;
}

/** Milliseconds since 1970; NaN for none. */
function timeOf(instant: string | null): number {
  return instant === null ? Number.NaN : Date.parse(instant);
}

function instantOf(time = Number.NaN): string | null {
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
