import { runInNewContext } from 'node:vm';

type Listener = (event: object) => unknown;

/** As much of an element as our pages ask for. */
class Element {
  textContent = '';
  disabled = false;
  inert = false;
  isThere = true;
  readonly listeners: Listener[] = [];
  readonly followedBy: (Element | string)[] = [];

  addEventListener(_: string, listener: Listener): void {
    this.listeners.push(listener);
  }

  remove(): void {
    this.isThere = false;
  }

  after(...nodes: (Element | string)[]): void {
    this.followedBy.push(...nodes);
  }
}

/** What somebody sees who has submitted a form. */
export interface Seen {
  readonly words: string;
  /** What was put behind the words. */
  readonly more: readonly string[];
  readonly isFormThere: boolean;
}

/**
 * Follows a link to a page of the service with a form, fills it in and presses a button: the page's own script sends it.
 * @param link whole, with what follows the `#`
 * @param way the value of the button
 */
export async function submitPage(link: string, way: string, fields: Record<string, string>): Promise<Seen> {
  const url = new URL(link);
  const html = await (await fetch(url)).text();
  const [form, words] = [new Element(), new Element()];
  runInNewContext(/<script>([^]*)<\/script>/.exec(html)?.[1] ?? '', {
    document: {
      querySelector: (selector: string) => (selector === 'form' ? form : words),
      createElement: () => new Element(),
    },
    location: { hash: url.hash },
    FormData: function fieldsOf() {
      return Object.entries(fields);
    },
    fetch: (path: string, init: RequestInit) => fetch(new URL(path, url), init),
  });
  const event = { preventDefault: () => undefined, submitter: { value: way } };
  await Promise.all(form.listeners.map((listener) => listener(event)));
  const more = words.followedBy.map((node) => (typeof node === 'string' ? node : node.textContent));
  return { words: words.textContent, more, isFormThere: form.isThere };
}
