import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Problem } from '../../src/api/http/problem.js';

export interface Answer<Body = Problem> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of JSON; undefined where there is none. */
  readonly body: Body;
}

/** Who asks, by the headers that say so. */
export interface Caller {
  readonly headers: Readonly<Record<string, string>>;
}

export const nobody: Caller = { headers: {} };

/** A program that presents a key. */
export function bearer(secret: string): Caller {
  return { headers: { authorization: `Bearer ${secret}` } };
}

export interface Sending {
  readonly as?: Caller;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in the place of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose connections it takes; by default those of the client. */
  readonly agent?: Agent;
}

export interface HttpClient {
  /** @throws Error with the `code` of the system when the connection breaks */
  send<Body = Problem>(method: string, path: string, sending?: Sending): Promise<Answer<Body>>;
  close(): void;
}

/** A client with connections of its own, which it keeps. */
export function createHttpClient(url: string): HttpClient {
  const agent = new Agent({ keepAlive: true });
  return {
    send: <Body>(method: string, path: string, sending: Sending = {}) =>
      exchange<Body>(new URL(url), method, path, { agent, ...sending }),
    close: () => agent.destroy(),
  };
}

/** The path is sent as it is given: `new URL` would tidy it. */
function exchange<Body>(url: URL, method: string, path: string, sending: Sending): Promise<Answer<Body>> {
  const { as = nobody, body, raw, headers, agent } = sending;
  const bytes = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const contentType = bytes === undefined ? {} : { 'content-type': 'application/json' };
  const length = bytes === undefined ? {} : { 'content-length': String(Buffer.byteLength(bytes)) };
  return new Promise((resolve, reject) => {
    const sent = request({
      host: url.hostname,
      port: url.port,
      method,
      path,
      agent,
      headers: { ...contentType, ...length, ...as.headers, ...headers },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
        const parsed = (isJson ? JSON.parse(text) : undefined) as Body;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed });
      });
    });
    sent.end(bytes);
  });
}
