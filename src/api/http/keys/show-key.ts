import type { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { GetKeyQuery } from '../../../application/key/get-key.js';
import type { KeyView } from '../../../application/key/key-view.js';
import type { KeyReceipt } from '../../../application/key/receipt.js';
import type { Principal } from '../../../application/principal.js';
import { valueOf } from '../answers.js';
import { etagOf, writePosition } from '../receipts.js';

/** The key as a write left it, or as somebody else has left it since; the headers tell the same. */
export async function showKey(
  queries: QueryBus,
  caller: Principal,
  { keyId, position }: KeyReceipt,
  reply: FastifyReply,
): Promise<KeyView> {
  writePosition(reply, position);
  const key = valueOf(await queries.execute(new GetKeyQuery(caller, keyId)));
  void reply.header('etag', etagOf(key.revision));
  return key;
}
