import type { FastifyReply } from 'fastify';
import type { WriteReceipt } from '../../application/receipt.js';

/** The strong ETag of a revision; for preconditions only, never for 304. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** Tells in the headers of an answer what a write left behind: `ETag` and `Compass-Position`. */
export function writeReceipt(reply: FastifyReply, { revision, position }: WriteReceipt): void {
  void reply.headers({ etag: etagOf(revision), 'compass-position': position });
}
