import { GitFailure, runGit } from './git.js';

/** Two files compared by git line by line, as text; "" where they are the same. For what cannot be read as a notebook. */
export async function diffAsText(folder: string, base: string, head: string): Promise<string> {
  const words = ['diff', '--no-index', '--no-ext-diff', '--no-textconv', '--no-color', '--'];
  try {
    return (await runGit(folder, [...words, base, head])).toString('utf8');
  } catch (error) {
    // It ends with 1 where there is a difference.
    if (error instanceof GitFailure && error.code === 1) return error.printed.toString('utf8');
    throw error;
  }
}

/** Three files merged by git line by line: the text, with markers where both sides changed, and whether there are any. */
export async function mergeAsText(
  folder: string,
  files: { readonly base: string; readonly local: string; readonly remote: string },
  labels: { readonly local: string; readonly remote: string; readonly size: number },
): Promise<{ readonly bytes: Buffer; readonly conflict: boolean }> {
  const names = ['-L', labels.local, '-L', 'base', '-L', labels.remote];
  const words = ['merge-file', '-p', '--marker-size', String(labels.size), ...names];
  try {
    const bytes = await runGit(folder, [...words, files.local, files.base, files.remote]);
    return { bytes, conflict: false };
  } catch (error) {
    // It ends with the number of conflicts.
    if (error instanceof GitFailure && error.code !== undefined && error.code < 128)
      return { bytes: error.printed, conflict: true };
    throw error;
  }
}
