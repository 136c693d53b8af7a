'use strict';

/** To standard error: the output of the command that follows is its own. */
function say(words) {
  process.stderr.write(`compass-keys: ${words}\n`);
}

module.exports = { say };
