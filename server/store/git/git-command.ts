import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

/**
 * What a store may be told by its own config is not for us to run: no hook, no program, no way to another machine. The first three
 * are git's places for programs; the others keep it from tidying up by itself.
 */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.alternateRefsCommand=false',
  'gc.auto=0',
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting]);

/**
 * Starts the system's git on a bare repository, past every setting and variable of the person. A missing git is an 'error' event. With
 * `group` it leads a group of its own, so that what it starts can be ended with it.
 */
export function spawnGit(
  gitdir: string,
  args: readonly string[],
  options: {
    readonly low?: boolean;
    readonly group?: boolean;
    readonly signal?: AbortSignal;
  } = {},
): ChildProcessWithoutNullStreams {
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
    // A missing object is missing: nothing is fetched for it.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    LC_ALL: 'C',
  };
  const all = [...SETTINGS, '--git-dir', gitdir, ...args];
  const settings = {
    env,
    detached: options.group === true && process.platform !== 'win32',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  // What runs in the background gives way to whoever waits for an answer.
  if (options.low === true && process.platform !== 'win32')
    return spawn('nice', ['-n', '19', 'git', ...all], settings);
  return spawn('git', all, settings);
}
