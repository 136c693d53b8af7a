'use strict';

const { dirname, join } = require('path');

const root = dirname(dirname(__dirname));

module.exports = { root, inRoot: (...parts) => join(root, ...parts) };
