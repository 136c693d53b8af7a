import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** One request to one process. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of JSON; an empty object where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What became of a request, as far as its sender can know. */
export type Outcome =
  | { readonly kind: 'done'; readonly answer: Answer }
  /** Nothing was changed, and the code says why. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  /** It is stored, but what it led to could not be shown. */
  | { readonly kind: 'stored'; readonly code: string }
  /** No answer, or one that leaves it open. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** An answer that the contract does not have. */
  | { readonly kind: 'wrong'; readonly words: string };

/** Connections of one client to one process. */
export interface Http {
  send(asked: Asked, timeoutMilliseconds?: number): Promise<Outcome>;
  close(): void;
}

/** Longer than any request of the service takes while the database is frozen. */
const patienceMilliseconds = 12_000;

export function createHttp(port: number): Http {
  const agent = new Agent({ keepAlive: true });
  return {
    async send(asked, timeoutMilliseconds = patienceMilliseconds) {
      try {
        return outcomeOf(await exchange(agent, port, asked, timeoutMilliseconds));
      } catch (error) {
        return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
      }
    },
    close: () => agent.destroy(),
  };
}

function exchange(agent: Agent, port: number, asked: Asked, timeoutMilliseconds: number): Promise<Answer> {
  const { method, path, headers, body } = asked;
  const bytes = body && Buffer.from(JSON.stringify(body));
  const content = bytes && { 'content-type': 'application/json', 'content-length': String(bytes.length) };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const sent = request(
      { host: '127.0.0.1', port, method, path, agent, signal, headers: { ...headers, ...content } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
          const parsed = (isJson ? JSON.parse(text) : {}) as Answer['body'];
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
        });
      },
    );
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** Codes of 503 that say that nothing was changed. */
const undone = new Set([
  'log.unavailable',
  'clock.wrong',
  'read_models.behind',
  'verification.stale',
  'position.not_reached',
  'sign_in.busy',
]);
const stored = new Set(['verification.behind', 'command.not_shown']);
const open = new Set([
  'command.outcome_unknown',
  'database.unavailable',
  'idempotency.in_progress',
  'idempotency.outcome_unknown',
]);

function outcomeOf(answer: Answer): Outcome {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { kind: 'done', answer };
  const code = typeof body.code === 'string' ? body.code : '';
  if (stored.has(code)) return { kind: 'stored', code };
  if (open.has(code)) return { kind: 'unknown', why: code };
  if (undone.has(code) || (status >= 400 && status < 500 && code !== '')) {
    return { kind: 'refused', status, code };
  }
  return { kind: 'wrong', words: `${status} ${JSON.stringify(body).slice(0, 300)}` };
}
