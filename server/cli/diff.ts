import { basename, resolve } from 'node:path';

import { CellarError } from '../errors.js';
import { hasChanges } from '../notebook/narrow.js';
import { renderStat, toStatRow } from '../notebook/render/stat.js';
import { renderText } from '../notebook/text.js';
import { visible } from '../notebook/words.js';
import { DONE, FAILED, NO, type Call, type Command, type Context } from './command.js';
import { compare } from './diff-many.js';
import type { Opened, Pair } from './diff-pairs.js';
import { readSide } from './diff-side.js';
import { readNoiseSettings } from './noise-settings.js';
import { STYLE_OPTIONS, toStyle, type DiffStyle } from './diff-style.js';
import { print } from './pager.js';
import { findFile } from './read-file.js';

export const diff: Command = {
  summary: 'Show what changed between two notebooks, folders of them, or revisions of git',
  usage:
    'BASE HEAD [OPTIONS]\n       cellar diff --git [REV [REV] | REV..REV] [OPTIONS] [-- PATH...]',
  options: {
    ...STYLE_OPTIONS,
    'exit-code': { kind: 'boolean', help: 'exit with 1 when there are differences' },
    git: {
      kind: 'boolean',
      help: 'compare what git has: as "git diff" does, or REVISION[:path] as a side',
    },
    cached: { kind: 'boolean', help: 'the index of git in place of the work tree' },
    staged: { kind: 'boolean', help: 'the same as --cached' },
    'no-pager': { kind: 'boolean', help: 'print straight to the terminal' },
  },
  arguments: [0, 10_000],
  run: async (context, call) => {
    const style = toStyle(context, call, await readNoiseSettings(call));
    try {
      const pairs = await findPairs(context, call);
      if (pairs === undefined) return await reportTwo(context, call, style);
      const { reportAll } = await import('./diff-report.js');
      return await reportAll(context, pairs, {
        style,
        title: call.arguments.join(' ') || 'Changed notebooks',
        paged: !call.flag('no-pager'),
        exitCode: call.flag('exit-code'),
      });
    } catch (error) {
      if (style.format !== 'json' || !(error instanceof CellarError)) throw error;
      context.out(`${JSON.stringify(error.toBody())}\n`);
      context.say(`cellar: ${error.message}`);
      return FAILED;
    }
  },
};

/** Only git has an index: to ask for it is to ask for git. */
function usesGit(call: Call): boolean {
  return call.flag('git') || isCached(call);
}

function isCached(call: Call): boolean {
  return call.flag('cached') || call.flag('staged');
}

/** The pairs, where several notebooks are to be compared; undefined where the words name two. */
async function findPairs(context: Context, call: Call): Promise<readonly Pair[] | undefined> {
  const { cwd } = context;
  const [left = '', right = ''] = call.arguments;
  if (usesGit(call) && !(await namesTwo(context, call))) {
    const { pairCheckout, splitWords } = await import('./diff-git.js');
    return pairCheckout(cwd, await splitWords(cwd, call), isCached(call));
  }
  if (call.arguments.length !== 2)
    throw new CellarError(
      'bad_request',
      call.arguments.length > 2
        ? 'diff takes two sides. Put quotes around a glob: cellar diff "a/*.ipynb" "b/*.ipynb".'
        : `Usage: cellar diff ${diff.usage}`,
    );
  const { findGroup, pairGroups } = await import('./diff-folders.js');
  const [base, head] = await Promise.all([findGroup(cwd, left), findGroup(cwd, right)]);
  if (base !== undefined && head !== undefined) return pairGroups(base, head);
  const [group, other] = base === undefined ? [head, left] : [base, right];
  if (group === undefined) return undefined;
  throw new CellarError(
    'bad_request',
    `${base === undefined ? right : left} stands for several notebooks and ${other} for one.`,
  );
}

/** With --git, two words are two sides when one is "REV:path" or a file; "--" says that they are not. */
async function namesTwo({ cwd }: Context, call: Call): Promise<boolean> {
  const words = call.arguments;
  if (words.length !== 2 || call.beforeDashes !== 2 || isCached(call)) return false;
  const files = await Promise.all(words.map((word) => isFile(cwd, word)));
  // A range already names both ends: the other word is a path within it.
  if (words.some((word, n) => files[n] === false && /^[^:]*\.\.[^:]*$/.test(word))) return false;
  return words.some((word, n) => files[n] === true || word.includes(':'));
}

async function isFile(cwd: string, word: string): Promise<boolean> {
  try {
    return (await findFile(resolve(cwd, word), word)) !== undefined;
  } catch {
    return false;
  }
}

async function reportTwo(context: Context, call: Call, style: DiffStyle): Promise<number> {
  const [left = '', right = ''] = call.arguments;
  const opened: Opened = {
    base: await readSide(context, call, { asked: left, other: right, side: 'base' }),
    head: await readSide(context, call, { asked: right, other: left, side: 'head' }),
  };
  const result = compare(opened, style);
  const title = `${left} → ${right}`;
  if (style.format === 'json') context.out(`${JSON.stringify(result)}\n`);
  else if (style.format === 'html') {
    const { renderHtml } = await import('../notebook/html.js');
    context.out(renderHtml(result, opened.base, opened.head, { title }));
  } else {
    const name = basename(left) === basename(right) ? right : title;
    const { color, width, words } = style;
    const text = style.names
      ? hasChanges(result)
        ? `${visible(right)}\n`
        : ''
      : style.stat
        ? renderStat(hasChanges(result) ? [toStatRow(name, result)] : [], style)
        : renderText(result, { color, width, words, ...opened });
    await print(context, text, !call.flag('no-pager'));
  }
  return call.flag('exit-code') && hasChanges(result) ? NO : DONE;
}
