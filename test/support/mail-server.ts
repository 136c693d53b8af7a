import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { eventually } from './eventually.js';

/** A mail as it arrived, its text decoded. */
export interface Arrived {
  readonly messageId: string;
  readonly subject: string;
  /** Of the envelope. */
  readonly to: readonly string[];
  readonly text: string;
  /** As it came over the wire. */
  readonly raw: string;
}

/** A real mail server that keeps what it gets. */
export interface MailServer {
  /** The settings of a service that sends by it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly mails: readonly Arrived[];
  /** Decides what becomes of the next mails; the answer of a mail that waits is never given. */
  behave(how: 'take' | 'refuse for now' | 'wait'): void;
  /** How many mails have come as far as their last line, taken or not. */
  readsCount(): number;
  /** The first that somebody gets with these words in its subject. */
  mailTo(address: string, words: string): Promise<Arrived>;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const mails: Arrived[] = [];
  let behaviour: 'take' | 'refuse for now' | 'wait' = 'take';
  let reads = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo: ({ address }, _session, done) =>
      done(
        address.startsWith('nobody') ? Object.assign(new Error('No such user'), { responseCode: 550 }) : null,
      ),
    onData(stream, session, done) {
      void buffer(stream).then((bytes) => {
        reads += 1;
        if (behaviour === 'wait') return;
        if (behaviour === 'refuse for now') {
          done(Object.assign(new Error('Later'), { responseCode: 451 }));
          return;
        }
        mails.push(
          read(
            bytes.toString('utf8'),
            session.envelope.rcptTo.map(({ address }) => address),
          ),
        );
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    settings: { COMPASS_SMTP_URL: `smtp://127.0.0.1:${port}`, COMPASS_MAIL_FROM: 'keys@compass.example' },
    mails,
    behave(how) {
      behaviour = how;
    },
    readsCount: () => reads,
    mailTo: (address, words) =>
      eventually(`mail to ${address} about ${words}`, () =>
        mails.find(({ to, subject }) => to.includes(address) && subject.includes(words)),
      ),
    async close() {
      await new Promise<void>((done) => {
        server.close(done);
      });
    },
  };
}

function read(raw: string, to: readonly string[]): Arrived {
  const [head = '', ...body] = raw.split('\r\n\r\n');
  // Long headers go on in lines that begin with a space.
  const headers = new Map(
    head
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const encoding = headers.get('content-transfer-encoding') ?? '7bit';
  return {
    messageId: headers.get('message-id') ?? '',
    subject: wordsOf(headers.get('subject') ?? ''),
    to,
    text: decode(body.join('\r\n\r\n'), encoding),
    raw,
  };
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? fromQuotedPrintable(body.replace(/=\r\n/g, '')) : body;
}

function fromQuotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** RFC 2047. */
function wordsOf(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : fromQuotedPrintable(text.replaceAll('_', ' ')),
    );
}
