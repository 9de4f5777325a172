import { LEAST_PURGED, purgedSchema, type Purged } from '../../contract/purge.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, NO, type Command } from './command.js';
import { withOwner } from './with-owner.js';
import { count, formatSize, printable, shortId } from './words.js';

/** The versions that are named for people; --json has more. */
const MOST_SHOWN = 20;

export const purge: Command = {
  summary: 'Remove a secret, read from standard input, from all history',
  usage: '[--yes] [--files] [--json]',
  options: {
    yes: { kind: 'boolean', short: 'y', help: 'do it; else only say what holds the secret' },
    files: { kind: 'boolean', help: 'also delete the files of runs that hold it' },
  },
  arguments: [0, 0],
  run: async (context, call) => {
    if (!call.json)
      context.say('cellar: Reading the secret from standard input, without the last line break.');
    const body = {
      texts: [toSecret(await context.input())],
      dryRun: !call.flag('yes'),
      files: call.flag('files'),
    };
    const done = await withOwner(context, call.root, async (owner) =>
      purgedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('purge'), body }, report),
        ),
      ),
    );
    context.out(call.json ? `${JSON.stringify(done)}\n` : format(done));
    const isGone = done.left.length === 0 && staying(done).length === 0;
    return done.dryRun || isGone ? DONE : NO;
  },
};

/** All of the input is the secret: a key may have many lines. Never an argument, which a shell's history and a list of processes show. */
function toSecret(input: Uint8Array): string {
  const text = Buffer.from(input)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text.length < LEAST_PURGED)
    throw new CellarError(
      'bad_request',
      `Give the secret on standard input, at least ${LEAST_PURGED} characters: a shorter one stands in too much else.`,
    );
  return text;
}

function format(done: Purged): string {
  const { snapshots, files, commits, records, settings, artifacts, unread } = done;
  const shown = snapshots.rows.slice(0, MOST_SHOWN);
  const more = snapshots.count - shown.length;
  const nothing = commits + records + files + settings === 0;
  const what = `${count(snapshots.count, 'version')}, ${count(files, 'file')} of the history${settings === 0 ? '' : `, ${count(settings, 'file')} of what is set here`} and ${count(records, 'record')} of the journal`;
  const lines = [
    ...shown.map(({ id, path, time }) => `${shortId(id)}  ${time}  ${printable(path)}`),
    ...(more > 0 ? [`and ${count(more, 'more version')}`] : []),
    ...artifacts.flatMap((file) => formatFile(file, done.dryRun)),
    ...(unread > 0 ? [`${count(unread, 'file')} could not be read: see "cellar verify".`] : []),
    nothing
      ? `Nothing ${artifacts.length === 0 ? '' : 'else '}in the history holds it.`
      : done.dryRun
        ? `It is in ${what}. Each keeps its id; ${count(commits, 'commit')} would be written anew.`
        : `It is gone from ${what}. Each keeps its id; ${count(commits, 'commit')} and those since were written anew.`,
    ...(nothing && done.dryRun ? [] : ['Out of reach:', ...done.outOfReach.map((at) => `  ${at}`)]),
    ...warnOfFiles(done),
    ...(done.left.length === 0
      ? []
      : [
          `WARNING: the secret is not gone. It is still in ${count(done.left.length, 'place')}:`,
          ...done.left.slice(0, MOST_SHOWN).map((at) => `  ${printable(at)}`),
          'Run "cellar purge" again; if it stays, see "cellar verify".',
        ]),
    ...(done.dryRun && !nothing
      ? ['Nothing was changed. Run it again with --yes to do it: there is no way back.']
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

type FoundFile = Purged['artifacts'][number];

function staying({ artifacts }: Purged): readonly FoundFile[] {
  return artifacts.filter(({ goes }) => !goes);
}

/** A line for each version that made the file. */
function formatFile({ sha256, size, uses, goes }: FoundFile, dryRun: boolean): readonly string[] {
  const end = goes ? (dryRun ? 'would be deleted' : 'is deleted') : 'stays as it is';
  const what = `sha256:${sha256.slice(0, 12)}  ${formatSize(size)}  ${end}`;
  if (uses.length === 0) return [`file of no run  ${what}`];
  return uses.map(({ path, snapshot, name }) => {
    const by = path === null ? '' : ` of ${path}`;
    const version = snapshot === null ? '' : `, version ${shortId(snapshot)}`;
    return `${printable(`file ${name}${by}${version}`)}  ${what}`;
  });
}

function warnOfFiles(done: Purged): readonly string[] {
  const files = staying(done);
  if (files.length === 0) return [];
  const stay = done.dryRun ? 'would stay' : 'stays';
  return [
    `WARNING: the secret ${stay} in ${count(files.length, 'file')} that runs made.`,
    'With --yes --files such files are deleted: the versions stay, and say that they were purged.',
  ];
}
