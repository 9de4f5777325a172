import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

import { runCommandLine, type CommandTable } from './cli/run.js';
import type { Context } from './cli/command.js';
import { CellarError } from './errors.js';

declare const CELLAR_VERSION: string;

const COMMANDS: CommandTable = {
  init: async () => (await import('./cli/init.js')).init,
  snapshot: async () => (await import('./cli/snapshot.js')).snapshot,
  log: async () => (await import('./cli/log.js')).log,
  show: async () => (await import('./cli/show.js')).show,
  lineage: async () => (await import('./cli/lineage.js')).lineage,
  diff: async () => (await import('./cli/diff.js')).diff,
  merge: async () => (await import('./cli/merge.js')).merge,
  clean: async () => (await import('./cli/clean.js')).clean,
  restore: async () => (await import('./cli/restore.js')).restore,
  import: async () => (await import('./cli/import.js')).importCommand,
  registry: async () => (await import('./cli/registry.js')).registry,
  pin: async () => (await import('./cli/pin.js')).pin,
  gc: async () => (await import('./cli/gc.js')).gc,
  purge: async () => (await import('./cli/purge.js')).purge,
  export: async () => (await import('./cli/export.js')).exportCommand,
  reindex: async () => (await import('./cli/reindex.js')).reindex,
  verify: async () => (await import('./cli/verify.js')).verify,
  backup: async () => (await import('./cli/backup.js')).backup,
  'restore-backup': async () => (await import('./cli/restore-backup.js')).restoreBackup,
  'git-install': async () => (await import('./cli/git-install.js')).gitInstall,
  'git-uninstall': async () => (await import('./cli/git-uninstall.js')).gitUninstall,
  'git-diff': async () => (await import('./cli/git-diff.js')).gitDiff,
  'git-merge': async () => (await import('./cli/git-merge.js')).gitMerge,
  'git-textconv': async () => (await import('./cli/git-textconv.js')).gitTextconv,
  serve: async () => (await import('./cli/serve.js')).serve,
};

/** Where the server and the commands report what nobody asked for: the log is standard error. */
function report(error: unknown): void {
  const isExpected = error instanceof CellarError || !(error instanceof Error);
  const text = isExpected ? String(error) : (error.stack ?? error.message);
  process.stderr.write(`cellar: ${new Date().toISOString()} ${text}\n`);
}

function findFolder(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write('cellar: The current folder is gone. Go to one that is there.\n');
    process.exit(2);
  }
}

const context: Context = {
  cwd: findFolder(),
  environment: process.env,
  color: isatty(1) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  terminal: isatty(1),
  width: process.stdout.isTTY ? process.stdout.columns : Number(process.env['COLUMNS']) || 100,
  program: [process.execPath, fileURLToPath(import.meta.url)],
  out: (text) => process.stdout.write(text),
  say: (text) => process.stderr.write(`${text}\n`),
  sketch: (line) => {
    // To the line's start, and what stood there erased.
    if (isatty(2)) process.stderr.write(`\r\u001b[2K${line ?? ''}`);
  },
  stopped: () => {
    const controller = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(name, () => {
        controller.abort(new CellarError('timed_out', 'Ended before it was done.'));
      });
    return controller.signal;
  },
  input: async () => (await import('./main/input.js')).readInput(),
  page: async (pager, text) =>
    (await import('./main/pager.js')).showPaged(pager, text, process.env),
  connect: async (root) => {
    const [{ connectToOwner }, { findAuthor }] = await Promise.all([
      import('./main/owner.js'),
      import('./main/author.js'),
    ]);
    let told = false;
    return connectToOwner(root, {
      author: await findAuthor(process.env),
      version: CELLAR_VERSION,
      report,
      warn: (words) => context.say(`cellar: ${words}`),
      tell: (words) => {
        context.sketch(words);
        if (!isatty(2) && words !== undefined && !told) context.say(`cellar: ${words}`);
        told ||= words !== undefined;
      },
    });
  },
  serve: async (options) => {
    const [{ serveWorkspace }, { findAuthor }] = await Promise.all([
      import('./main/serve.js'),
      import('./main/author.js'),
    ]);
    return serveWorkspace(options, {
      author: await findAuthor(process.env),
      version: CELLAR_VERSION,
      ready: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
      report,
    });
  },
  mergeInBrowser: async (options) => {
    const { serveMergeTool } = await import('./main/merge-tool.js');
    return serveMergeTool(options, {
      environment: process.env,
      say: (words) => context.say(words),
      report,
    });
  },
};

const argv = process.argv.slice(2);
if (argv[0] === '--version') process.stdout.write(`${CELLAR_VERSION}\n`);
else {
  // Nobody reads what is said there any more; that must not end a server.
  process.stderr.on('error', () => undefined);
  // `cellar log | head` closes the pipe early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 2);
  });
  process.exitCode = await runCommandLine(COMMANDS, argv, context);
}
