import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeFolder, notebookText } from '../scratch.js';
import { makeRepository, type Repository } from './repository.js';

/** A repository in a state that is easily disturbed; Cellar looks at it from `folder`. */
export interface HardState {
  readonly folder: string;
  /** Everything that must be as it was. */
  readonly watched: readonly string[];
}

const wine = (last: string): string => notebookText(['import pandas', 'frame = 1', last]);

/** A repository with two branches that changed the same cell. */
async function makeForked(): Promise<Repository> {
  const repository = await makeRepository();
  const { git, commit } = repository;
  await commit('base', { 'a.ipynb': wine('base'), 'b.ipynb': notebookText(['b']) });
  await git('switch', '--quiet', '-c', 'side');
  await commit('side', { 'a.ipynb': wine('side') });
  await git('switch', '--quiet', 'main');
  await commit('main', { 'a.ipynb': wine('main') });
  return repository;
}

async function forked(
  prepare: (repository: Repository) => Promise<unknown> | undefined,
): Promise<HardState> {
  const repository = await makeForked();
  await prepare(repository);
  return { folder: repository.folder, watched: [repository.folder] };
}

/** Runs what cannot come to its end; afterwards git must say so by this file. */
function stopped(mark: string, words: readonly string[]): Promise<HardState> {
  return forked(async (repository) => {
    await repository.commit('again', { 'a.ipynb': wine('again') });
    await repository.tryGit(...words);
    mustExist(repository.folder, mark);
  });
}

/** A state that git did not come to would prove nothing. */
function mustExist(folder: string, mark: string): void {
  if (!existsSync(join(folder, '.git', mark)))
    throw new Error(`git is not in the midst of ${mark}`);
}

/** Makes a program that leaves a trace in `trace`, under a name that a configuration can hold. */
export async function makeTrap(trace: string): Promise<string> {
  const path = join(await makeFolder(), 'trap.sh');
  writeFileSync(path, `#!/bin/sh\necho "$0 $*" >> '${trace}'\ncat\n`);
  chmodSync(path, 0o755);
  return path;
}

/** States of a user's repository, by name; the trap is what a hostile one wants to run. */
export const STATES: Readonly<Record<string, (trap: string) => Promise<HardState>>> = {
  'in the middle of a merge': () => forked(({ tryGit }) => tryGit('merge', 'side')),
  'in the middle of a rebase': () => forked(({ tryGit }) => tryGit('rebase', 'side')),
  'in the middle of a cherry-pick': () => stopped('CHERRY_PICK_HEAD', ['cherry-pick', 'side']),
  'in the middle of a revert': () => stopped('REVERT_HEAD', ['revert', '--no-edit', 'HEAD~1']),
  'in the middle of a bisect': () =>
    forked(async ({ folder, git }) => {
      await git('bisect', 'start', 'HEAD', 'HEAD~1');
      mustExist(folder, 'BISECT_LOG');
    }),
  'in the middle of git am': () =>
    forked(async ({ folder, git, tryGit }) => {
      const patch = join(await makeFolder(), 'side.patch');
      writeFileSync(patch, await git('format-patch', '--stdout', 'main..side'));
      await tryGit('am', patch);
      mustExist(folder, 'rebase-apply/applying');
    }),
  'with a stash, and files that git has not looked at': () =>
    forked(async ({ folder, git }) => {
      writeFileSync(join(folder, 'b.ipynb'), notebookText(['stashed']));
      await git('stash');
      writeFileSync(join(folder, 'b.ipynb'), notebookText(['touched']));
      writeFileSync(join(folder, 'new.ipynb'), notebookText(['new']));
    }),
  'with a locked index': () =>
    forked(({ folder }) => {
      writeFileSync(join(folder, '.git/index.lock'), '');
      return undefined;
    }),
  'with a sparse checkout': () =>
    forked(({ git }) => git('sparse-checkout', 'set', '--no-cone', '/b.ipynb')),
  'packed, with an alternate': async () => {
    const { folder } = await makeForked();
    const shared = await makeRepository();
    await shared.git('remote', 'add', 'origin', folder);
    writeFileSync(join(shared.folder, '.git/objects/info/alternates'), `${folder}/.git/objects\n`);
    await shared.git('fetch', '--quiet', 'origin');
    await shared.git('reset', '--quiet', '--hard', 'origin/main');
    await shared.git('pack-refs', '--all');
    return { folder: shared.folder, watched: [shared.folder, folder] };
  },
  'with a second work tree': async () => {
    const { folder, git } = await makeForked();
    const other = join(await makeFolder(), 'tree');
    await git('worktree', 'add', '--quiet', other, 'side');
    return { folder: other, watched: [folder, other] };
  },
  'with a submodule': () =>
    forked(async ({ git, folder }) => {
      const inner = await makeRepository();
      await inner.commit('inner', { 'inner.ipynb': notebookText(['inner']) });
      const allow = ['-c', 'protocol.file.allow=always'];
      await git(...allow, 'submodule', '--quiet', 'add', inner.folder, 'sub');
      writeFileSync(join(folder, 'sub/inner.ipynb'), notebookText(['changed']));
    }),
  shallow: async () => {
    const { folder } = await makeForked();
    const clone = await makeRepository();
    await clone.git('fetch', '--quiet', '--depth', '1', `file://${folder}`, 'main');
    await clone.git('reset', '--quiet', '--hard', 'FETCH_HEAD');
    return { folder: clone.folder, watched: [clone.folder, folder] };
  },
  'of SHA-256': async () => {
    const folder = await makeFolder();
    const before = await makeRepository({ GIT_DEFAULT_HASH: 'sha256' }, folder);
    await before.commit('one', { 'a.ipynb': wine('a') });
    return { folder, watched: [folder] };
  },
  bare: async () => {
    const { folder } = await makeForked();
    const bare = join(await makeFolder(), 'bare.git');
    const { git } = await makeRepository();
    await git('clone', '--quiet', '--bare', folder, bare);
    return { folder: bare, watched: [bare] };
  },
  'whose configuration names programs': (trap) =>
    forked(async ({ folder, git }) => {
      await git('config', 'alias.log', `!${trap}`);
      for (const [key, value] of [
        ['core.fsmonitor', trap],
        ['core.hooksPath', join(folder, 'hooks')],
        ['core.pager', trap],
        ['pager.log', 'true'],
        ['core.editor', trap],
        ['core.sshCommand', trap],
        ['core.askPass', trap],
        ['core.alternateRefsCommand', trap],
        ['credential.helper', trap],
        ['diff.external', trap],
        ['diff.trap.textconv', trap],
        ['diff.trap.command', trap],
        ['merge.trap.driver', trap],
        ['filter.trap.clean', trap],
        ['filter.trap.smudge', trap],
        ['filter.trap.process', trap],
        ['filter.trap.required', 'true'],
        ['gpg.program', trap],
        ['log.showSignature', 'true'],
        ['uploadpack.packObjectsHook', trap],
        ['diff.relative', 'true'],
        ['log.follow', 'true'],
        ['color.ui', 'always'],
      ])
        await git('config', key ?? '', value ?? '');
      mkdirSync(join(folder, 'hooks'));
      for (const name of ['post-index-change', 'reference-transaction', 'post-checkout']) {
        writeFileSync(join(folder, 'hooks', name), `#!/bin/sh\nexec ${trap} ${name}\n`);
        chmodSync(join(folder, 'hooks', name), 0o755);
      }
      writeFileSync(
        join(folder, '.gitattributes'),
        '*.ipynb diff=trap merge=trap filter=trap text eol=crlf\n',
      );
    }),
};
