import type { FastifyReply } from 'fastify';

/** The strong ETag of a revision; for preconditions only, never for 304. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/**
 * Tells in the headers of an answer that something was written, before anything else may fail: an error that
 * carries a `Compass-Position` comes after the write.
 */
export function writePosition(reply: FastifyReply, position: string): void {
  void reply.header('compass-position', position);
}

/** Whether an answer, or the error in its place, comes after a write. */
export function isWritten(reply: FastifyReply): boolean {
  return reply.hasHeader('compass-position');
}
