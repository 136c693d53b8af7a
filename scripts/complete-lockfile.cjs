'use strict';

// Adds to package-lock.json the optional packages of other systems that npm left out, which it does where
// the registry at hand has only those of its own system. With them missing, npm ci refuses the file.
// Run it after npm install: npm run lockfile

const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path').posix;
const { inRoot } = require('./setup/paths.cjs');

const file = inRoot('package-lock.json');
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'windows'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries = { gnu: 'glibc', musl: 'musl' };

function complete() {
  const lockfile = JSON.parse(readFileSync(file, 'utf8'));
  const missing = listMissing(lockfile.packages);
  for (const { name, version, dev } of missing) {
    const { os, cpu, libc } = systemOf(name);
    lockfile.packages[`node_modules/${name}`] = { version, cpu, dev, libc, optional: true, os };
  }
  lockfile.packages = Object.fromEntries(
    Object.entries(lockfile.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
  );
  if (missing.length > 0) writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  process.stdout.write(`Added to package-lock.json: ${missing.length}.\n`);
}

function listMissing(packages) {
  return Object.entries(packages).flatMap(([path, { dev, optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isListed(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** Where Node would look for it: in the package, then in each folder above. */
function isListed(packages, path, name) {
  const folders = path.split('/node_modules/').map((_, i, all) => all.slice(0, i + 1).join('/node_modules/'));
  return ['', ...folders].some((folder) => join(folder, 'node_modules', name) in packages);
}

/** By its name, as in `@swc/core-linux-arm64-musl`: what npm would have read in its package.json. */
function systemOf(name) {
  const words = name.split(/[-/]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => processors.includes(word));
  if (!os || !cpu) throw new Error(`${name} is missing in package-lock.json, and its name tells no system.`);
  const libc = libraries[words.at(-1)];
  return { os: [os === 'windows' ? 'win32' : os], cpu: [cpu], libc: libc && [libc] };
}

complete();
