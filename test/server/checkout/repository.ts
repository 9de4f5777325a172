import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { makeFolder, writeInto } from '../scratch.js';

const run = promisify(execFile);

/** What git is told of the person, whatever this machine's own configuration says. */
export const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
  NO_COLOR: '',
};

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A real git repository in a folder of its own, which goes with the test. */
export interface Repository {
  readonly folder: string;
  /** Runs git; throws where it fails. */
  readonly git: (...words: readonly string[]) => Promise<string>;
  /** Runs git and says how it ended. */
  readonly tryGit: (...words: readonly string[]) => Promise<Ended>;
  /** Writes files (null deletes one) and commits everything. */
  readonly commit: (
    subject: string,
    files: Readonly<Record<string, string | null>>,
  ) => Promise<string>;
}

/** Makes a repository in a new folder, or in one that is there. */
export async function makeRepository(
  environment: Readonly<Record<string, string>> = {},
  at?: string,
): Promise<Repository> {
  const folder = at ?? (await makeFolder());
  const env = { ...process.env, HOME: folder, ...GIT_ENVIRONMENT, ...environment };
  const tryGit = async (...words: readonly string[]): Promise<Ended> => {
    try {
      const { stdout, stderr } = await run('git', [...words], { cwd: folder, env });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  };
  const git = async (...words: readonly string[]): Promise<string> => {
    const { code, out, err } = await tryGit(...words);
    if (code !== 0) throw new Error(`git ${words.join(' ')} ended with ${code}: ${out}${err}`);
    return out;
  };
  await git('init', '--quiet', '--initial-branch', 'main');
  return {
    folder,
    git,
    tryGit,
    commit: async (subject, files) => {
      for (const [path, text] of Object.entries(files))
        if (text === null) await rm(join(folder, path));
        else await writeInto(folder, path, text);
      await git('add', '--all', '.');
      await git('commit', '--quiet', '--message', subject);
      return (await git('rev-parse', 'HEAD')).trim();
    },
  };
}
