'use strict';

const { readFileSync, rmSync, statSync, utimesSync, writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { inRoot, root } = require('./paths.cjs');
const { say } = require('./words.cjs');

// Beside node_modules, not inside: npm ci empties that.
const lock = inRoot('.setup.lock');
const heartbeatMilliseconds = 1000;
const staleMilliseconds = 10_000;

/** Runs one set-up at a time. A lock that its owner has not touched for ten seconds has no owner. */
async function withLock(task) {
  await acquire();
  const heartbeat = setInterval(() => utimesSync(lock, new Date(), new Date()), heartbeatMilliseconds);
  try {
    await task();
  } finally {
    clearInterval(heartbeat);
    rmSync(lock, { force: true });
  }
}

async function acquire() {
  let isFirstLook = true;
  while (!create()) {
    if (isStale()) rmSync(lock, { force: true });
    else if (isFirstLook) say('Another set-up is running here; waiting for it.');
    isFirstLook = false;
    await sleep(200);
  }
  // Of two that removed the same stale lock, one may have removed the other's new one.
  await sleep(100);
  if (!isOurs()) await acquire();
}

function create() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new Error(`The set-up cannot write in ${root} (${error.code}): run it as the user who owns it.`);
  }
}

function isStale() {
  const status = statSync(lock, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs > staleMilliseconds;
}

function isOurs() {
  try {
    return readFileSync(lock, 'utf8') === String(process.pid);
  } catch {
    return false;
  }
}

module.exports = { withLock };
