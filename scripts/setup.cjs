'use strict';

// Makes `npm start` and `npm test` work in a fresh clone: installs what package-lock.json lists, builds
// what is out of date. Plain old JavaScript, because before that there is nothing but the Node at hand.

const { explainNode, explainOldNode } = require('./setup/node.cjs');
const { say } = require('./setup/words.cjs');

// Before anything that an older Node could not even read.
const tooOld = explainOldNode();
if (tooOld) {
  say(tooOld);
  process.exit(1);
}

const dependencies = require('./setup/dependencies.cjs');
const build = require('./setup/build.cjs');
const { withLock } = require('./setup/lock.cjs');

async function setUp() {
  if (dependencies.explainStale() || build.explainStale()) await withLock(bringUpToDate);
  const problem = explainNode();
  if (problem) throw new Error(problem);
}

/** Looks again: another process may have done it while this one waited. */
async function bringUpToDate() {
  const missing = dependencies.explainStale();
  if (missing) await dependencies.install(missing);
  const outdated = build.explainStale();
  if (outdated) await build.run(outdated);
}

setUp().catch((error) => {
  say(error.message);
  process.exit(1);
});
