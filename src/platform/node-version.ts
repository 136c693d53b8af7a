const needed = [24, 9] as const;

/**
 * Words when this Node is too old for the service, as when it is started without npm, which would have
 * put the right one first; undefined when it is not.
 * @param version as in `process.version`
 */
export function explainOldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return undefined;
  return (
    `Compass Keys runs on Node ${needed.join('.')} or later, and this is ${version}. ` +
    'Start it by npm start, which brings its own.'
  );
}
