import { GitFailure, runGit } from './git.js';

/** What git is in the middle of, by the ref that it keeps of the other side meanwhile. */
const OTHERS = ['MERGE_HEAD', 'REBASE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'];

/** What the sides of a conflict are called: branches where git knows them, else commits; undefined where it knows neither. */
export interface ConflictLabels {
  readonly local: string | undefined;
  readonly remote: string | undefined;
}

/** Names the sides of the merge, rebase, cherry-pick or revert that the repository around `folder` is in the middle of. */
export async function findConflictLabels(folder: string): Promise<ConflictLabels> {
  const [branch, here, ...others] = await Promise.all([
    ask(folder, ['symbolic-ref', '--short', '--quiet', 'HEAD']),
    describe(folder, 'HEAD'),
    ...OTHERS.map((name) => describe(folder, name)),
  ]);
  return { local: branch ?? here, remote: others.find((each) => each !== undefined) };
}

/** A branch that stands at a commit, else its short name and subject; undefined where there is no such ref. */
async function describe(folder: string, ref: string): Promise<string | undefined> {
  const oid = await ask(folder, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (oid === undefined) return undefined;
  const branches = await ask(folder, [
    'for-each-ref',
    `--points-at=${oid}`,
    '--format=%(refname:short)',
    ...['refs/heads', 'refs/remotes'],
  ]);
  const [first] = (branches ?? '').split('\n').filter((name) => !name.endsWith('/HEAD'));
  if (first !== undefined && first !== '') return first;
  return ask(folder, ['log', '-n', '1', '--no-patch', '--no-color', '--format=%h %s', oid]);
}

/** What git prints, trimmed; undefined for nothing, and where git has no answer. */
async function ask(folder: string, words: readonly string[]): Promise<string | undefined> {
  try {
    const text = (await runGit(folder, words)).toString('utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}
