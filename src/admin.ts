import { Command, Option } from 'commander';
import { readModels } from '../projections/models.js';
import type { RebuildProgress } from '../projections/runner/rebuild.js';
import { examine, type Finding } from './admin/doctor.js';
import { copyTo, type Engine, engines } from './admin/hand-over.js';
import {
  issueOperatorKey,
  listOperatorKeys,
  type OperatorKey,
  operatorKeyDefaultDays,
  revokeOperatorKey,
} from './admin/operator-keys.js';
import { modelsNamed, rebuildModels } from './admin/rebuild.js';
import { waitUntilServed } from './admin/served.js';
import { type Config, loadConfig } from './config/config.js';
import { createLog } from './platform/log.js';
import { traceToSources } from './platform/stack-traces.js';

traceToSources();

const program = new Command('npm run admin --')
  .description("The server's own command line. It works beside a running service with the same settings.")
  .showHelpAfterError();

program
  .command('doctor')
  .description('look at an installation and say what is wrong with it; changes nothing')
  .action(async () => {
    const { config, log } = open();
    let isWell = true;
    for await (const finding of examine(config, log)) {
      print(wordsOf(finding));
      isWell &&= finding.ok;
    }
    print(isWell ? '\nAll is well.' : '\nSomething needs attention: see above.');
    if (!isWell) process.exitCode = 1;
  });

program
  .command('rebuild')
  .description('make the tables of a read model anew from the log, beside the live ones')
  .argument('<model>', `${readModels.map(({ name }) => name).join(', ')} or all`)
  .action(async (name: string) => {
    const models = modelsNamed(name);
    if (!models) {
      const known = readModels.map((model) => model.name).join(', ');
      program.error(`There is no read model "${name}". There are: ${known}, all.`);
      return;
    }
    const { config, log } = open();
    await rebuildModels(config, log, models, createTeller());
  });

program
  .command('copy-log')
  .description('copy the log to the other engine, compare every event, and let the next start be on that one')
  .addOption(new Option('--to <engine>', 'where to').choices(engines).makeOptionMandatory())
  .action(async ({ to }: { to: Engine }) => {
    const { config, log } = open();
    const { events, copied, left, serving, isDone } = await copyTo(to, config, log, (progress) => {
      const { phase, position, eventsPerSecond } = progress;
      const rate = `${progress.events} events, ${eventsPerSecond}/s`;
      print(`  ${phase.padEnd(10)} position ${position.padEnd(24)} ${rate}`);
    });
    print(`${events} events are there, ${copied} of them new, each compared by its hash.`);
    if (isDone) {
      const how = to === 'eventstore' ? 'with' : 'without';
      print(`Start the service ${how} COMPASS_EVENTSTORE_URL: it makes its read models anew.`);
    } else {
      const words = `${serving} processes serve still, and ${left} events came meanwhile.`;
      print(`${words} Stop the service and copy again: what is there is not copied twice.`);
      process.exitCode = 1;
    }
  });

program
  .command('issue-key')
  .description('issue an operator key; its secret, shown this once, is all that stands on standard output')
  .requiredOption('--reason <text>', 'why, for the log')
  .option('--expires-in-days <days>', '1 to 36500', String(operatorKeyDefaultDays))
  .action(async ({ reason, expiresInDays }: { reason: string; expiresInDays: string }) => {
    const { config, log } = open();
    const issued = await issueOperatorKey(config, log, { reason, expiresInDays: Number(expiresInDays) });
    tell(`Operator key ${issued.id} is good until ${issued.expiresAt}.`);
    tell(await waitUntilServed(config, issued.position));
    print(issued.secret);
  });

program
  .command('list-keys')
  .description('list the operator keys, newest first')
  .action(async () => {
    const { config, log } = open();
    for (const key of await listOperatorKeys(config, log)) print(lineOf(key));
  });

program
  .command('revoke-key')
  .description('revoke an operator key, for ever')
  .argument('<id>', 'as list-keys shows it')
  .requiredOption('--reason <text>', 'why, for the log')
  .action(async (id: string, { reason }: { reason: string }) => {
    const { config, log } = open();
    const position = await revokeOperatorKey(config, log, { keyId: id.toLowerCase(), reason });
    tell(`Operator key ${id} is revoked.`);
    tell(await waitUntilServed(config, position));
  });

function lineOf({ id, status, maskedSecret, expiresAt, reason }: OperatorKey): string {
  return `${id}  ${status.padEnd(8)}  ${maskedSecret}  until ${expiresAt}  ${reason}`;
}

function open() {
  const config: Config = loadConfig(process.env);
  // The terminal is for what the command has to say.
  return { config, log: createLog({ level: 'silent' }) };
}

function wordsOf({ name, ok, detail }: Finding): string {
  return `  ${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(22)} ${detail}`;
}

const tellMilliseconds = 1_000;

/** Tells how a rebuild goes: each phase, and once a second how far it is. */
function createTeller(): (progress: RebuildProgress) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let last = '';
  return ({ model, phase, events, position, head, eventsPerSecond }) => {
    const stage = `${model} ${phase}`;
    const now = performance.now();
    if (stage === last && now - toldAt < tellMilliseconds) return;
    toldAt = now;
    last = stage;
    const rate = `${events} events, ${eventsPerSecond}/s`;
    print(`  ${model.padEnd(10)} ${phase.padEnd(10)} position ${position} of ${head}   ${rate}`);
  };
}

/** What is not the result of a command, so that its standard output can be piped. */
function tell(words: string): void {
  process.stderr.write(`${words}\n`);
}

function print(words: string): void {
  process.stdout.write(`${words}\n`);
}

program.parseAsync().catch((error: unknown) => {
  const words = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${words}\n\n`);
  process.exitCode = 1;
});
