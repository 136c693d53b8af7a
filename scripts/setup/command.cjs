'use strict';

const { spawn } = require('node:child_process');
const { root } = require('./paths.cjs');

/**
 * Runs a program in the project's directory, its output going to standard error.
 * Rejects, in words, when it fails.
 */
function run(what, program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
    // Whoever stops us stops it; its failure then ends us, in order.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.once('error', (error) => reject(new Error(`${what} could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${what} failed (${signal || `exit code ${code}`}); its own words are above.`));
    });
  });
}

module.exports = { run };
