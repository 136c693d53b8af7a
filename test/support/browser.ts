import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium, or what is made of it, lies on the systems that we know. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Undefined: this machine has no browser that the tests could drive. */
export const browserPath = places.find((place) => existsSync(place));

/** A real browser without a window. @throws Error where there is none */
export async function startBrowser(): Promise<Browser> {
  if (browserPath === undefined) {
    throw new Error(`The pages need a browser: apt-get install chromium. Looked at ${places.join(', ')}.`);
  }
  return chromium.launch({ executablePath: browserPath });
}
