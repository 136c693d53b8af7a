import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** Reads a setting's text, strictly; undefined when it breaks the rule. */
export type Parser<Value> = (text: string) => Value | undefined;

/** A whole number between two others, inclusive: digits only, no signs, spaces or exponents. */
export function wholeNumber(least: number, most: number): Parser<number> {
  return (text) => {
    if (!/^(0|[1-9]\d{0,14})$/.test(text)) return undefined;
    const value = Number(text);
    return value >= least && value <= most ? value : undefined;
  };
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Parser<Choice> {
  return (text) => choices.find((choice) => choice === text);
}

/** `auto` is as many as the machine has processors, and no more than the most. */
export function processesCount(most: number): Parser<number> {
  const count = wholeNumber(1, most);
  return (text) => (text === 'auto' ? Math.min(availableParallelism(), most) : count(text));
}

/** Comma-separated; empty pieces are errors. */
export function listOf<Value>(parse: Parser<Value>): Parser<readonly Value[]> {
  return (text) => {
    const values = text.split(',').map((piece) => parse(piece.trim()));
    return values.some((value) => value === undefined) ? undefined : Object.freeze(values as Value[]);
  };
}

export const line: Parser<string> = (text) => (/^[^\p{Cc}]{1,500}$/u.test(text) ? text : undefined);

export const path: Parser<string> = (text) => (text.includes('\0') ? undefined : resolve(text));

/** An address of this machine: an IP address or a name. */
export const host: Parser<string> = (text) =>
  isIP(text) || /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) ? text : undefined;

/** An IP address, or a range of them as address/bits. */
export const addressRange: Parser<string> = (text) => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  if (bits === undefined) return text;
  return wholeNumber(0, version === 4 ? 32 : 128)(bits) === undefined ? undefined : text;
};

/** Exactly 32 bytes in base64, as from `openssl rand -base64 32`. */
export const key32: Parser<Buffer> = (text) =>
  /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, 'base64') : undefined;

export const databaseUrl: Parser<string> = (text) => {
  const url = URL.parse(text);
  return url && /^postgres(ql)?:$/.test(url.protocol) && url.hostname ? text : undefined;
};

/** One server, several of a cluster with commas between, or a name to find them by. */
export const eventStoreUrl: Parser<string> = (text) =>
  /^esdb(\+discover)?:\/\/([^\s:@/?]+:[^\s@]+@)?[^\s@/?,]+(,[^\s@/?,]+)*\/?(\?\S*)?$/.test(text)
    ? text
    : undefined;

export const eventStorePrefix: Parser<string> = (text) => (/^\w{1,50}$/.test(text) ? text : undefined);

export const smtpUrl: Parser<string> = (text) => {
  const url = URL.parse(text);
  return url && /^smtps?:$/.test(url.protocol) && url.hostname ? text : undefined;
};

export const mailAddress: Parser<string> = (text) =>
  text.length <= 254 && /^[^\s@<>"]+@[a-z0-9.-]+$/i.test(text) ? text : undefined;

/** Scheme, host and port of an http or https address; nothing else may stand in it. */
export const origin: Parser<string> = (text) => {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  return url.href === `${url.origin}/` ? url.origin : undefined;
};
