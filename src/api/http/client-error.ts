import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../../platform/ids.js';
import { fault, problemOf } from './faults.js';
import { type HttpProblem, problem, problemContentType } from './problem.js';
import { responseHeaders } from './response-headers.js';

const lingerMilliseconds = 1_000;
const answered = new WeakSet<Socket>();

/** Answers what Node cannot read as a request, on the bare socket, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  // Whatever else arrives on the connection is an error again.
  if (!socket.writable || answered.has(socket)) return;
  answered.add(socket);
  if (currentAnswer(socket)) {
    // What we write now would pass for the answer to the request before.
    endAfterAnswers(socket);
    return;
  }
  socket.end(bytesOf(problemOf(error) ?? fault('request.malformed')));
  // Closed at once, what the client still sends would make the system discard the answer.
  setTimeout(() => socket.destroy(), lingerMilliseconds).unref();
}

/** The answer being given on the socket; Node itself looks here before it answers such an error. */
function currentAnswer(
  socket: Socket & { _httpMessage?: ServerResponse | null },
): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}

function endAfterAnswers(socket: Socket): void {
  const answer = currentAnswer(socket);
  if (answer) answer.once('finish', () => endAfterAnswers(socket));
  else socket.end();
}

function bytesOf({ code, status, detail }: HttpProblem): string {
  const requestId = newId();
  const body = JSON.stringify(problem(code, status, detail, { requestId }));
  const headers = {
    ...responseHeaders('', requestId),
    'cache-control': 'no-store',
    'content-type': problemContentType,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    date: new Date().toUTCString(),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
