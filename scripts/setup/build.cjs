'use strict';

const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { run: runCommand } = require('./command.cjs');
const { chooseNode } = require('./node.cjs');
const { inRoot } = require('./paths.cjs');
const { say } = require('./words.cjs');

const sources = ['src', 'projections'];
const settings = ['nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', '.swcrc', 'package-lock.json'];
const stamp = inRoot('dist', '.built-from');

/** Why the sources must be compiled, or undefined. Contents count, not times: a checkout changes times. */
function explainStale() {
  if (!existsSync(stamp)) return 'The service is not built yet';
  return readFileSync(stamp, 'utf8') === hashSources()
    ? undefined
    : 'The sources have changed since the last build';
}

async function run(reason) {
  say(`${reason}: running nest build.`);
  const hash = hashSources();
  const node = chooseNode();
  await runCommand('nest build', node, [inRoot('node_modules/@nestjs/cli/bin/nest.js'), 'build']);
  await runCommand('bundle', node, [inRoot('dist/src/bundle.js')]);
  writeFileSync(stamp, hash);
}

function hashSources() {
  const hash = createHash('sha256');
  for (const file of [...settings, ...sources.flatMap(listSources)]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(inRoot(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function listSources(directory) {
  const files = readdirSync(inRoot(directory), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && !file.name.endsWith('.spec.ts'))
    .map((file) => `${file.parentPath || file.path}/${file.name}`)
    .map((path) => path.slice(inRoot().length + 1))
    .sort();
}

module.exports = { explainStale, run };
