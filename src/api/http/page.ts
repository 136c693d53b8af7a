import { hash } from 'node:crypto';

/** A page that is whole in itself, and the headers that it is sent with. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Content {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly script: string;
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}
code{display:block;padding:1rem;border:1px solid;overflow-wrap:anywhere;user-select:all}
label,input{display:block;width:100%;box-sizing:border-box;margin:.5rem 0}
input,button{font:inherit;padding:.4rem .8rem}
button{margin:.5rem .5rem 0 0}`;

const sourceOf = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`;

/** Nothing on the page but what is written here, and no request but to this service. */
export function createPage({ title, body, script }: Content): Page {
  const policy = [
    "default-src 'none'",
    `style-src ${sourceOf(style)}`,
    `script-src ${sourceOf(script)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${style}</style>
<h1>${title}</h1>
${body}
<script>${script}</script>
</html>
`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
    },
  };
}
