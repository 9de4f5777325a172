import { execFileSync } from 'node:child_process';

/** Runs the system's git on a bare repository; gives its standard output, throws when git fails. */
export type Git = (...args: readonly string[]) => string;

export function gitOn(gitdir: string): Git {
  return (...args) =>
    execFileSync('git', ['--git-dir', gitdir, ...args], { encoding: 'utf8', stdio: 'pipe' });
}

/** What a person does with plain git beside Cellar: an empty commit on top of `head`; gives its name, moves no ref. */
export function commitByHand(git: Git, head: string, subject = 'by git'): string {
  const name = ['-c', 'user.name=g', '-c', 'user.email=g'];
  return git(...name, 'commit-tree', `${head}^{tree}`, '-p', head, '-m', subject).trim();
}
