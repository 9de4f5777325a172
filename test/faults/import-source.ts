import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A git repository of a person's, and what its history holds. JSON, so that a child can be told of it. */
export interface ImportSource {
  readonly folder: string;
  /** Oldest first. */
  readonly states: readonly {
    readonly commit: string;
    readonly path: string;
    readonly sha256: string;
  }[];
}

const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Grace',
  GIT_AUTHOR_EMAIL: 'grace@example.org',
  GIT_COMMITTER_NAME: 'Grace',
  GIT_COMMITTER_EMAIL: 'grace@example.org',
};

/** Makes `count` repositories below `folder`, each with a notebook of so many states. */
export function makeSources(
  folder: string,
  count: number,
  states: number,
): readonly ImportSource[] {
  return Array.from({ length: count }, (_, index) =>
    makeSource(join(folder, `repository-${index}`), `imported/${index}.ipynb`, states),
  );
}

function makeSource(folder: string, path: string, count: number): ImportSource {
  mkdirSync(join(folder, 'imported'), { recursive: true });
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-C', folder, ...words], {
      encoding: 'utf8',
      env: { ...process.env, ...ENVIRONMENT },
    }).trim();
  git('init', '--quiet', '--initial-branch', 'main');
  const states = Array.from({ length: count }, (_, state) => {
    const text = toNotebook(path, state);
    writeFileSync(join(folder, path), text);
    git('add', '--all');
    git('commit', '--quiet', '--message', `state ${state}`);
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { commit: git('rev-parse', 'HEAD'), path, sha256 };
  });
  return { folder, states };
}

function toNotebook(path: string, state: number): string {
  const cells = ['one', `state = ${state}`].map((source, index) => ({
    ...{ cell_type: 'code', execution_count: null, id: `${path.replace(/\W/g, '')}${index}` },
    ...{ metadata: {}, outputs: [], source: [`# ${path}\n`, source] },
  }));
  return `${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, undefined, 1)}\n`;
}
