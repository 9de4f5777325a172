import { execFile } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { promisify } from 'node:util';

import type { Author } from '../../contract/snapshot.js';

const run = promisify(execFile);

/** The person, as git knows them outside of any repository; else by their account's name. */
export async function findAuthor(environment: NodeJS.ProcessEnv): Promise<Author> {
  // In a hub everybody's account may be called alike; whom the hub knows is somebody.
  const account = environment['JUPYTERHUB_USER'] ?? findAccount();
  const [name, email] = await Promise.all([
    environment['CELLAR_AUTHOR_NAME'] ?? environment['GIT_AUTHOR_NAME'] ?? readGlobal('user.name'),
    environment['CELLAR_AUTHOR_EMAIL'] ??
      environment['GIT_AUTHOR_EMAIL'] ??
      readGlobal('user.email'),
  ]);
  return { name: name ?? account, email: email ?? `${account}@${hostname()}` };
}

function findAccount(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return 'unknown';
  }
}

/** Only what the person has set for themselves: a repository's own configuration is not read. */
async function readGlobal(key: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['config', '--global', '--get', key]);
    return stdout.trim() === '' ? undefined : stdout.trim();
  } catch {
    return undefined;
  }
}
