import type { Actor, Metadata } from '../domain/recorded.js';

/** What is known about a command besides what it asks for; it becomes the metadata of its events. */
export interface CommandContext {
  readonly actor: Actor;
  /** The tenant, or `platform`. */
  readonly teamId: string;
  /** One command, however often it is tried. */
  readonly commandId: string;
  /** The request that led to it. */
  readonly correlationId: string;
  readonly traceparent?: string;
  readonly clientIp?: string;
  readonly userAgent?: string;
  readonly reason?: string;
}

/** Longer ones are cut: a header is the client's to write, the log is ours to keep. */
const userAgentMaxLength = 256;

export function metadataOf(context: CommandContext, recordedAt: string): Metadata {
  const { userAgent, ...rest } = context;
  return {
    ...rest,
    ...(userAgent !== undefined && { userAgent: userAgent.slice(0, userAgentMaxLength) }),
    recordedAt,
  };
}
