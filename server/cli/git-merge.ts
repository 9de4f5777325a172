import { resolve } from 'node:path';

import { mergeAsText } from '../checkout/plain.js';
import { CellarError } from '../errors.js';
import { toMergeResult } from '../notebook/merge/result.js';
import { mergeWords } from '../notebook/merge/words.js';
import { DONE, NO, type Command, type Context } from './command.js';
import { mergeFiles, writeMerged } from './merge-files.js';

/** git calls it with %O %A %B %L %P, and takes what then stands in %A; 1 says that conflicts are left. */
export const gitMerge: Command = {
  summary: 'Merge a notebook for "git merge" (see git-install)',
  usage: 'BASE LOCAL REMOTE MARKER-SIZE PATH',
  options: {},
  arguments: [3, 5],
  run: async (context, call) => {
    const [base = '', local = '', remote = '', size = '7', path] = call.arguments;
    const files = {
      base: resolve(context.cwd, base),
      local: resolve(context.cwd, local),
      remote: resolve(context.cwd, remote),
    };
    try {
      const { plan, bytes } = await mergeFiles(files, path);
      await writeMerged(files.local, bytes);
      const { conflicts } = toMergeResult(plan);
      if (conflicts === 0) return DONE;
      for (const line of mergeWords(plan)) context.say(`${path ?? local}: ${line}`);
      context.say(
        `${path ?? local}: the notebook can be opened and has both sides; "git mergetool --tool cellar" decides them one by one.`,
      );
      return NO;
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
      return mergeLines(context, { files, size: Number(size) || 7, reason: error.message });
    }
  },
};

/** What cannot be read as a notebook is merged by git's own means, as it would be without Cellar. */
async function mergeLines(
  context: Context,
  {
    files,
    size,
    reason,
  }: {
    readonly files: { readonly base: string; readonly local: string; readonly remote: string };
    readonly size: number;
    readonly reason: string;
  },
): Promise<number> {
  context.say(`cellar: ${reason} Merged as text.`);
  const labels = { local: 'ours', remote: 'theirs', size };
  const { bytes, conflict } = await mergeAsText(context.cwd, files, labels);
  await writeMerged(files.local, bytes);
  return conflict ? NO : DONE;
}
