'use strict';

// Read by any Node, however old: it says what is wrong with it.
const { spawnSync } = require('child_process');
const { existsSync, rmSync } = require('fs');
const { inRoot } = require('./paths.cjs');
const { say } = require('./words.cjs');

// What the service and its tests run on; npm brings it along for the usual systems.
const needed = [24, 9];
// What this set-up itself runs on.
const oldest = [20, 0];

const bundled = inRoot('node_modules', '.bin', 'node');

/** The Node to run the project's tools on. */
function chooseNode() {
  return existsSync(bundled) ? bundled : process.execPath;
}

/** Words when there is no Node here that the service can run on. */
function explainNode() {
  if (existsSync(bundled) || isAtLeast(needed)) return undefined;
  return (
    `Compass Keys runs on Node ${needed.join('.')} or later. npm brings none that runs on ` +
    `${process.platform}-${process.arch}, and the one found here is ${process.version}. Install a newer one from https://nodejs.org, or run ` +
    'npm install without --omit=optional where that was given.'
  );
}

/** Words when this Node cannot even install. */
function explainOldNode() {
  if (isAtLeast(oldest)) return undefined;
  return `Node ${oldest[0]} or later is needed to install Compass Keys; this is ${process.version} (${process.execPath}).`;
}

/** The bundled Node needs the C library of the usual Linux; where it does not run it only stands in the way. */
function removeUnusable() {
  if (!existsSync(bundled)) return;
  const { status, stdout } = spawnSync(bundled, ['--version'], { encoding: 'utf8' });
  if (status === 0 && isAtLeast(needed, stdout)) return;
  say(
    `The Node that npm brought ${status === 0 ? 'is too old' : 'does not run here'}: using ${process.version}.`,
  );
  rmSync(bundled);
}

/** Versions as `v24.9.0`. */
function isAtLeast([major, minor], version = process.version) {
  const [itsMajor, itsMinor] = version.slice(1).split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}

module.exports = { chooseNode, explainNode, explainOldNode, removeUnusable };
