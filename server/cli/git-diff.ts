import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { diffAsText } from '../checkout/plain.js';
import { CellarError } from '../errors.js';
import { cleanNotebook } from '../notebook/clean.js';
import { toPen } from '../notebook/render/pen.js';
import { visible } from '../notebook/words.js';
import { STRIP_OPTIONS, toCleanOptions } from './clean.js';
import { DONE, type Call, type Command, type Context } from './command.js';
import { compare } from './diff-many.js';
import { openPair, type Source } from './diff-pairs.js';
import { toStyle } from './diff-style.js';
import { readNoiseSettings } from './noise-settings.js';
import { getFile } from './read-file.js';

const run = promisify(execFile);

/**
 * git calls it with PATH OLD OLD-HEX OLD-MODE NEW NEW-HEX NEW-MODE, for a rename with the new name and a text after those, and
 * for a file that waits for a merge with PATH alone. Anything but 0 would end git's diff there and then.
 */
export const gitDiff: Command = {
  summary: 'Show a changed notebook for "git diff" (see git-install)',
  usage: 'PATH OLD OLD-HEX OLD-MODE NEW NEW-HEX NEW-MODE [NEW-PATH TEXT]',
  options: STRIP_OPTIONS,
  arguments: [1, 9],
  run: async (context, call) => {
    const [path = '', old = '', , , now = '', , , renamed] = call.arguments;
    const color = await wantsColor(context);
    const pen = toPen(color);
    const name = renamed === undefined ? path : `${path} → ${renamed}`;
    context.out(`${pen.paint('bold', `══ ${visible(name)}`)}\n`);
    if (call.arguments.length < 7) context.out('unmerged: git waits for a merge of it\n');
    else await show({ ...context, color }, call, { path, old, now });
    return DONE;
  },
};

interface Files {
  readonly path: string;
  readonly old: string;
  readonly now: string;
}

async function show(context: Context, call: Call, { path, old, now }: Files): Promise<void> {
  try {
    const strip = call.text('strip') === undefined ? undefined : toCleanOptions(call);
    // What git holds was cleaned when it was added; a file of the work tree is not yet.
    const toSource = (file: string): Source | undefined =>
      file === '/dev/null'
        ? undefined
        : {
            read: async () => {
              const bytes = await getFile(resolve(context.cwd, file), path);
              return strip === undefined ? bytes : cleanNotebook(bytes, strip, { path });
            },
          };
    const opened = await openPair({ path, base: toSource(old), head: toSource(now) });
    if (opened === undefined) return;
    const style = toStyle(context, call, await readNoiseSettings(call));
    const { renderText } = await import('../notebook/text.js');
    const { color, width } = style;
    context.out(renderText(compare(opened, style), { color, width, ...opened }));
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    context.out(`${visible(error.message)}\nAs text:\n`);
    const text = await diffAsText(context.cwd, old, now);
    context.out(text.split('\n').map(visible).join('\n'));
  }
}

/** Whether git colours this diff: only git knows of its pager and settings. */
async function wantsColor({ cwd, environment, terminal }: Context): Promise<boolean> {
  if (environment['NO_COLOR']) return false;
  try {
    const words = ['config', '--get-colorbool', 'color.diff', String(terminal)];
    return (await run('git', words, { cwd })).stdout.trim() === 'true';
  } catch {
    // A setting that is no colour; git itself says so.
    return false;
  }
}
