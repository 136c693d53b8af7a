import type { Browser, Page } from 'playwright-core';
import { browserPath, startBrowser } from '../support/browser.js';
import { type MailServer, startMailServer } from '../support/mail-server.js';
import type { Owner } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

/**
 * The pages behind the links of mails, in a real browser, by clicking. Where there is none they are skipped, unless
 * whoever runs the tests says that they are required.
 */
const isSkipped = browserPath === undefined && process.env.COMPASS_TEST_BROWSER !== 'required';
const describePages = isSkipped ? describe.skip : describe;
if (isSkipped)
  process.stderr.write('The pages are not tested: no browser is here; apt-get install chromium.\n');

let browser: Browser;
let mail: MailServer;
let service: TestService;
let owner: Owner;
/** Of each test: as empty as the browser of somebody new. */
let page: Page;
/** What the browser complained about, such as a script that the page's own policy forbids. */
let complaints: string[];

beforeAll(async () => {
  if (isSkipped) return;
  browser = await startBrowser();
  mail = await startMailServer();
  service = await startTestService(mail.settings);
  owner = await service.signUp();
});

afterAll(async () => {
  if (isSkipped) return;
  await browser.close();
  await service.stop();
  await mail.close();
});

beforeEach(async () => {
  if (isSkipped) return;
  page = await browser.newPage();
  complaints = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (said) => {
    // Of a request that was refused the page tells in its own words.
    if (said.type() === 'error' && !/status of 4\d\d/.test(said.text())) complaints.push(said.text());
  });
});

afterEach(async () => {
  if (isSkipped) return;
  await page.close();
  expect(complaints).toEqual([]);
});

/** The link in the mail that somebody got. */
async function linkTo(address: string, words: string): Promise<string> {
  const { text } = await mail.mailTo(address, words);
  const link = /https?:\/\/\S+#\S+/.exec(text)?.[0] ?? '';
  service.secrets.remember('password', new URL(link).hash.slice(1));
  return link;
}

async function invite(email: string): Promise<string> {
  const body = { email, role: 'USER' };
  const { status } = await service.send('POST', '/v1/invitations', { as: owner, body });
  expect(status).toBe(201);
  return linkTo(email, owner.team.name);
}

const click = (name: string) => page.getByRole('button', { name }).click();
const sees = (words: string) => page.getByText(words).waitFor();
const countOf = (role: 'button' | 'textbox') => page.getByRole(role).count();

describePages('the page', () => {
  it('of a new key: shows its secret at the press of a button, once', async () => {
    const notifyEmail = 'grace@example.com';
    const { secret } = await service.createKey(owner, { name: 'Chatbot', notifyEmail });
    const link = await linkTo(notifyEmail, 'Chatbot');
    await page.goto(link);
    await sees('The secret is shown once.');
    expect(await page.content()).not.toContain(secret);
    await click('Show the secret');
    await sees('This is the secret of Chatbot, shown this once.');
    expect(await page.getByText(secret, { exact: true }).count()).toBe(1);
    expect(await countOf('button')).toBe(0);
    await page.reload();
    await click('Show the secret');
    await sees('This link has been used');
    expect(await countOf('button')).toBe(0);
  });

  it('of an invitation: signs somebody new up, who is signed in then', async () => {
    await page.goto(await invite('hedwig@example.com'));
    await click('Sign up and join');
    // The browser itself asks for what is missing; nothing was sent.
    await sees('You are invited.');
    await page.getByLabel('E-mail address').fill('hedwig@example.com');
    await page.getByLabel('Password').fill('short');
    await page.getByLabel('Your name').fill('Hedwig');
    await click('Sign up and join');
    await sees('A password has at least 12 characters.');
    await page.getByLabel('Password').fill('correct horse battery');
    await click('Sign up and join');
    await sees(`Welcome, Hedwig. You are signed in, and in: ${owner.team.name}.`);
    expect(await countOf('textbox')).toBe(0);
    const me = await page.request.get(`${service.url}/v1/me`);
    expect([me.status(), await me.json()]).toMatchObject([200, { teams: [{ id: owner.team.id }] }]);
  });

  it('of an invitation: signs in whoever has an account', async () => {
    const { email, password, team } = await service.signUp();
    await page.goto(await invite(email));
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('not my password');
    await click('I have an account');
    await sees('is wrong');
    await page.getByLabel('Password').fill(password);
    await click('I have an account');
    await sees(`in: ${team.name}, ${owner.team.name}.`);
  });
});
