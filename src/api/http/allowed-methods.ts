import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly segments: readonly string[];
  readonly methods: readonly string[];
}

/**
 * Remembers the routes of an instance as they are added.
 * @returns the methods, sorted, that the path (without query) takes; none when there is nothing there
 */
export function rememberMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: url.split('/'), methods: [method].flat() });
  });
  return (path) => {
    const segments = path.split('/');
    const matching = routes.filter((route) => matches(route.segments, segments));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  };
}

/** Patterns are those of find-my-way: `:name` is any one segment, a final `*` is any rest. */
function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const rest = pattern.at(-1) === '*';
  if (rest ? path.length < pattern.length : path.length !== pattern.length) return false;
  const fixed = rest ? pattern.slice(0, -1) : pattern;
  return fixed.every((part, index) => (part.startsWith(':') ? path[index] !== '' : part === path[index]));
}
