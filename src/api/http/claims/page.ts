import { createPage } from '../page.js';

/** What follows the `#` is in no request until the button is pressed: nothing that fetches links uses them up. */
const script = `const button = document.querySelector('button');
const words = document.querySelector('p');
button.addEventListener('click', async () => {
  button.disabled = true;
  const answer = await fetch('/v1/claims', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: location.hash.slice(1) }),
  }).then((response) => response.json(), () => ({ detail: 'The service does not answer. Try again.' }));
  if (answer.secret === undefined) {
    words.textContent = answer.detail;
    if (answer.code === 'claim.not_found') button.remove();
    button.disabled = false;
    return;
  }
  button.remove();
  words.textContent = 'This is the secret of ' + answer.name + ', shown this once. Keep it in a safe place.';
  const code = document.createElement('code');
  code.textContent = answer.secret;
  words.after(code);
});`;

/** The page behind the link in the mail about a new key: a button, and once it is pressed, the secret. */
export const claimPage = createPage({
  title: 'Your API key',
  body: `<p role="status">The secret is shown once. Have a safe place for it at hand.</p>
<button type="button">Show the secret</button>`,
  script,
});
