'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { delimiter } = require('node:path');
const { run } = require('./command.cjs');
const { removeUnusable } = require('./node.cjs');
const { inRoot } = require('./paths.cjs');
const { say } = require('./words.cjs');

/** Why the dependencies must be installed, or undefined. */
function explainStale() {
  // npm writes this file last, so an installation that was interrupted has none.
  const installed = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(installed)) return 'The dependencies are not installed yet';
  return isInstalled(readPackages(inRoot('package-lock.json')), readPackages(installed))
    ? undefined
    : 'package-lock.json lists other dependencies than those installed';
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** Optional ones that are missing are those of other systems. */
function isInstalled(listed, installed) {
  return Object.entries(listed).every(([path, { version, integrity, optional }]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = installed[path];
    if (!found) return optional === true;
    return found.version === version && found.integrity === integrity;
  });
}

async function install(reason) {
  say(`${reason}: running npm ci. This takes a minute the first time.`);
  const began = Date.now();
  // NODE_ENV=production would leave out the compiler that the build needs.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const [program, ...before] = findNpm();
  await run('npm ci', program, [...before, ...args], { ...process.env, PATH: pathWithoutOurs() });
  removeUnusable();
  say(`The dependencies are installed (${Math.round((Date.now() - began) / 1000)} s).`);
}

/** The npm that runs us, by the Node that runs it: ours in node_modules is about to be replaced. */
function findNpm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script && node && !node.startsWith(inRoot('node_modules'))) return [node, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

function pathWithoutOurs() {
  const parts = (process.env.PATH || '').split(delimiter);
  return parts.filter((part) => !part.startsWith(inRoot('node_modules'))).join(delimiter);
}

module.exports = { explainStale, install };
