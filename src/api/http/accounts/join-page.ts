import { createPage } from '../page.js';

/**
 * What follows the `#` is sent only with an address and a password. Whoever signed up here before, and was interrupted
 * before they got the free key, gets it now: its secret is shown this once.
 */
const script = `const form = document.querySelector('form');
const words = document.querySelector('p');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const way = event.submitter.value;
  const { name, ...credentials } = Object.fromEntries(new FormData(form));
  const invitation = location.hash.slice(1);
  form.inert = true;
  const answer = await fetch('/v1/' + way, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...credentials, invitation, ...(way === 'sign-up' && { name }) }),
  }).then((response) => response.json(), () => ({ detail: 'The service does not answer. Try again.' }));
  form.inert = false;
  if (answer.user === undefined) {
    const faults = (answer.errors ?? []).map(({ pointer, message }) => pointer.slice(1) + ': ' + message);
    words.textContent = faults.length === 0 ? answer.detail : faults.join(' ');
    return;
  }
  form.remove();
  const teams = (answer.teams ?? [answer.team]).map((team) => team.name).join(', ');
  words.textContent = 'Welcome, ' + answer.user.name + '. You are signed in, and in: ' + teams + '.';
  if (answer.freeKey === undefined) return;
  const code = document.createElement('code');
  code.textContent = answer.freeKey.secret;
  words.after('The secret of your free key, shown this once:', code);
});`;

/** The page behind the link of an invitation: who follows it signs up or in, and is in the team. */
export const joinPage = createPage({
  title: 'Join a team on Compass Keys',
  body: `<p role="status">You are invited. The invitation is for the address that it was sent to.</p>
<form>
<label>E-mail address<input name="email" type="email" autocomplete="username" required></label>
<label>Password, of 12 characters at least<input name="password" type="password" autocomplete="current-password" required></label>
<label>Your name, if you are new here<input name="name" autocomplete="name" maxlength="100"></label>
<button value="sign-up">Sign up and join</button>
<button value="sign-in">I have an account: sign in and join</button>
</form>
<p>What you can do then is described in the <a href="/docs">reference</a>.</p>`,
  script,
});
