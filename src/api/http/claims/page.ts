import { hash } from 'node:crypto';

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}
code{display:block;padding:1rem;border:1px solid;overflow-wrap:anywhere;user-select:all}`;

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
export const claimPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Your API key</title>
<style>${style}</style>
<h1>Your API key</h1>
<p>The secret is shown once. Have a safe place for it at hand.</p>
<button type="button">Show the secret</button>
<script>${script}</script>
</html>
`;

const sourceOf = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`;

/** Nothing on the page but what is written here, and no request but to this service. */
export const claimPagePolicy = [
  "default-src 'none'",
  `style-src ${sourceOf(style)}`,
  `script-src ${sourceOf(script)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
