import { createTransport } from 'nodemailer';

export interface Mail {
  /** Of its cause: whoever gets a mail twice can tell that it is the same. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /**
   * Hands a mail to the mail server.
   * @returns false when it will never be taken, such as for an address that there is not
   * @throws Error when it may be taken another time
   */
  send(mail: Mail): Promise<boolean>;
}

interface Options {
  readonly smtpUrl: string;
  /** The address that mails come from. */
  readonly from: string;
}

const timeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

export function createMailer({ smtpUrl, from }: Options): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    ...timeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, subject, text }) {
      try {
        // Several people do not learn each other's addresses.
        const recipients = to.length === 1 ? { to: [...to] } : { bcc: [...to] };
        const messageId = `<${id}@${from.slice(from.indexOf('@') + 1)}>`;
        await transport.sendMail({
          from: { name: 'Compass Keys', address: from },
          ...recipients,
          messageId,
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return true;
      } catch (error) {
        if (isForGood(error)) return false;
        throw error;
      }
    },
  };
}

/** The server's own no to these recipients or this mail (RFC 5321, section 4.2.1); all else may pass. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error) || !('command' in error)) return false;
  const { responseCode, command } = error;
  const isOfMail = command === 'RCPT TO' || command === 'DATA';
  return isOfMail && typeof responseCode === 'number' && responseCode >= 500;
}
