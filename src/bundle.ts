import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { ownLinesOf } from './bundle-map.js';
import { programParameters } from './platform/program.js';

const programs = ['main', 'admin', 'read-models'];

/**
 * Puts what `nest build` has made, and all that it needs from node_modules, into one file for each program, with a small
 * one that launches it. A start that has to find and read three thousand files spends most of its time on that.
 * @param directory where the programs `main.js`, `admin.js` and `read-models.js` are to be
 * @param plugins may change what is read
 */
export async function bundle(directory: string, plugins: readonly Plugin[] = []): Promise<void> {
  const options = {
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // The names of classes stand in the OpenAPI document and in the log.
    keepNames: true,
    // Part of a start is reading what is put together here; traces have their lines from the maps.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  } satisfies BuildOptions;
  await build({ ...options, entryPoints: [compiled('launch')], format: 'esm' });
  await build({
    ...options,
    entryPoints: programs.map(compiled),
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // A script that is loaded with what V8 has compiled of it can import nothing later; what is imported so is in it.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: `(function(${programParameters.join()}){${importMetaUrl}` },
    footer: { js: '})' },
    external,
    plugins: [...plugins],
  });
  for (const name of programs) {
    const hash = await finish(join(directory, `${name}.cjs`));
    const launch = `import{launch}from"./launch.js";launch("${name}","${hash}");\n`;
    await writeFile(join(directory, `${name}.js`), launch);
  }
}

function compiled(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, import.meta.url));
}

/** @returns what tells its text from others */
async function finish(path: string): Promise<string> {
  const code = inAscii(formatDatesLater(nameClassesOnly(await readFile(path, 'utf8'))));
  await writeFile(path, code, 'ascii');
  await writeFile(`${path}.map`, ownLinesOf(await readFile(`${path}.map`, 'utf8')));
  return createHash('sha256').update(code).digest('hex').slice(0, 16);
}

/** As esbuild writes it: for each class, and for each function whenever it is made, which some are for every request. */
const naming = '(target,value)=>__defProp(target,"name",{value,configurable:!0})';
const namingOfClasses = naming.replace('=>', '=>target.name===""||target.name===value?target:');

/** Nobody asks for the names of nameless functions, and giving them took a thirteenth of what making a key costs. */
function nameClassesOnly(code: string): string {
  if (code.includes(naming)) return code.replace(naming, namingOfClasses);
  throw new Error('esbuild gives functions their names in another way than before.');
}

/**
 * The loggers of NestJS make their formats of dates when they are loaded, for which Node reads the languages of the world:
 * 35 ms of each start, and 130 where memory had to make room meanwhile. Nobody here lets them write.
 */
function formatDatesLater(code: string): string {
  const made = /new Intl\.DateTimeFormat\(void 0,(\{[^}]*\})\)/g;
  return code.replace(made, '{format:date=>new Intl.DateTimeFormat(void 0,$1).format(date)}');
}

/**
 * A text with one other character takes V8 twice the room and longer to read. esbuild escapes them in all but regular
 * expressions.
 */
function inAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What modules ask for, said by what is called with the name of its file. */
const importMetaUrl = `const importMetaUrl=require('node:url').pathToFileURL(__filename).href;`;

/**
 * Packages that are not there, as nobody here needs them, those that find files beside their own, and large ones that
 * most installations never load.
 */
const external = [
  '@nestjs/microservices',
  '@nestjs/websockets',
  '@nestjs/platform-express',
  '@fastify/multipart',
  '@fastify/view',
  'pg-native',
  'swagger-ui-dist',
  '@eventstore/db-client',
  'nodemailer',
];

if (import.meta.main) await bundle(fileURLToPath(new URL('../bundle', import.meta.url)));
