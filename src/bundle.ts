import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * Puts what `nest build` has made, and all that it needs from node_modules, into a few files. A start that has to find
 * and read three thousand of them spends most of its time on that.
 * @param directory where the programs `main.js`, `admin.js` and `read-models.js` are to be
 * @param plugins may change what is read
 */
export async function bundle(directory: string, plugins: readonly Plugin[] = []): Promise<void> {
  const programs = ['main', 'admin', 'read-models'].map((name) =>
    fileURLToPath(new URL(`${name}.js`, import.meta.url)),
  );
  await build({
    entryPoints: programs,
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // The names of classes stand in the OpenAPI document and in the log.
    keepNames: true,
    // A tenth of a start is reading what is put together here; traces have their lines from the maps.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    banner: { js: commonJs },
    external,
    plugins: [...plugins],
    logLevel: 'warning',
  });
  await nameClassesOnly(directory);
  await writeInAscii(directory);
}

/** As esbuild writes it: for each class, and for each function whenever it is made, which some are for every request. */
const naming = '(target,value)=>__defProp(target,"name",{value,configurable:!0})';
const namingOfClasses = naming.replace('=>', '=>target.name===""||target.name===value?target:');

/** Nobody asks for the names of nameless functions, and giving them took a thirteenth of what making a key costs. */
async function nameClassesOnly(directory: string): Promise<void> {
  for await (const path of glob(join(directory, '*.js'))) {
    const code = await readFile(path, 'utf8');
    if (code.includes(naming)) return writeFile(path, code.replace(naming, namingOfClasses));
  }
  throw new Error('esbuild gives functions their names in another way than before.');
}

/**
 * A text with one other character takes V8 twice the room and longer to read, and the largest file has one. esbuild
 * escapes them in all but regular expressions.
 */
async function writeInAscii(directory: string): Promise<void> {
  for await (const path of glob(join(directory, '*.js'))) {
    const code = await readFile(path, 'utf8');
    const ascii = code.replace(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    if (ascii !== code) await writeFile(path, ascii);
  }
}

/** What packages in the old form of modules expect to be there. */
const commonJs = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);
const { filename: __filename, dirname: __dirname } = import.meta;`;

/** Packages that are not there, as nobody here needs them, and those that find files beside their own. */
const external = [
  '@nestjs/microservices',
  '@nestjs/websockets',
  '@nestjs/platform-express',
  '@fastify/multipart',
  '@fastify/view',
  'pg-native',
  'swagger-ui-dist',
];

if (import.meta.main) await bundle(fileURLToPath(new URL('../bundle', import.meta.url)));
