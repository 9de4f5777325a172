import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { makeFolder } from './places.js';

/** A file of a commit: its path in the repository and its text. */
export interface PeerFile {
  readonly path: string;
  readonly text: string;
}

const SETTINGS = [
  ...['-c', 'core.fsync=committed', '-c', 'user.name=g', '-c', 'user.email=g'],
  // Else a commit now and then packs everything, here or behind.
  ...['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'],
];

/** Git doing what a snapshot does, synced, in a clone of a store: the same files of the same size go into one commit of `main`. */
export interface GitPeer {
  /** As a person would: the files are in the work tree; `git add`, `git commit`. */
  byPorcelain(files: readonly PeerFile[]): void;
  /** As a program would, without a work tree: hash-object, update-index, write-tree, commit-tree, update-ref. */
  byPlumbing(files: readonly PeerFile[]): void;
}

/** Clones the branch `main` of a store, its objects copied. */
export function cloneAsPeer(store: string): GitPeer {
  const folder = makeFolder();
  execFileSync('git', ['clone', '-q', '--no-hardlinks', '--single-branch', store, folder], {
    env: { ...process.env, GIT_LFS_SKIP_SMUDGE: '1' },
  });
  const git = (args: readonly string[], input = ''): string => {
    const { status, stdout, stderr } = spawnSync('git', [...SETTINGS, ...args], {
      cwd: folder,
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${stderr}`);
    return stdout.trim();
  };
  return {
    byPorcelain: (files) => {
      for (const { path, text } of files) put(join(folder, path), text);
      git(['add', '--', ...files.map(({ path }) => path)]);
      git(['commit', '-q', '-m', 'sample']);
    },
    byPlumbing: (files) => {
      const lines = files.map(({ path, text }) => {
        const oid = git(['hash-object', '-w', '--stdin'], text);
        return `100644 ${oid}\t${path}\n`;
      });
      git(['update-index', '--add', '--index-info'], lines.join(''));
      const tree = git(['write-tree']);
      const commit = git(['commit-tree', tree, '-p', 'HEAD', '-m', 'sample']);
      git(['update-ref', 'refs/heads/main', commit]);
    },
  };
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
