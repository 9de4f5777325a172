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
  usage: '[--yes] [--json]',
  options: {
    yes: { kind: 'boolean', short: 'y', help: 'do it; else only say what holds the secret' },
  },
  arguments: [0, 0],
  run: async (context, call) => {
    if (!call.json)
      context.say('cellar: Reading the secret from standard input, without the last line break.');
    const body = { texts: [toSecret(await context.input())], dryRun: !call.flag('yes') };
    const done = await withOwner(context, call.root, async (owner) =>
      purgedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('purge'), body }, report),
        ),
      ),
    );
    context.out(call.json ? `${JSON.stringify(done)}\n` : format(done));
    return done.left.length === 0 ? DONE : NO;
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
  const { snapshots, files, commits, records, artifacts, unread } = done;
  const shown = snapshots.rows.slice(0, MOST_SHOWN);
  const more = snapshots.count - shown.length;
  const nothing = commits === 0 && records === 0 && files === 0;
  const what = `${count(snapshots.count, 'version')}, ${count(files, 'file')} of the history and ${count(records, 'record')} of the journal`;
  const lines = [
    ...shown.map(({ id, path, time }) => `${shortId(id)}  ${time}  ${printable(path)}`),
    ...(more > 0 ? [`and ${count(more, 'more version')}`] : []),
    ...artifacts.map(
      ({ sha256, size }) =>
        `file  sha256:${sha256.slice(0, 12)}  ${formatSize(size)}  stays as it is`,
    ),
    ...(unread > 0 ? [`${count(unread, 'file')} could not be read: see "cellar verify".`] : []),
    nothing
      ? 'Nothing in the history holds it.'
      : done.dryRun
        ? `It is in ${what}. Each keeps its id; ${count(commits, 'commit')} would be written anew.`
        : `It is gone from ${what}. Each keeps its id; ${count(commits, 'commit')} and those since were written anew.`,
    ...(nothing && done.dryRun ? [] : ['Out of reach:', ...done.outOfReach.map((at) => `  ${at}`)]),
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
