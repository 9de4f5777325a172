import { execFile } from 'node:child_process';
import { platform } from 'node:process';

import { CellarError } from '../errors.js';

const MOST_MS = 5_000;
/** How long an answer of the keyring counts: whoever sends messages to a webhook must not have it asked for each. */
const REMEMBERED_MS = 30_000;

/** Finds a secret by the place that a person has named: "env:VARIABLE", "keyring:SERVICE/USER". */
export type FindSecret = (place: string) => Promise<string>;

/** Looks in the environment and in the system's keyring; nothing of it is kept on the disk. Throws bad_request for what is not there. */
export function createSecretFinder(environment: NodeJS.ProcessEnv): FindSecret {
  const answers = new Map<
    string,
    { readonly at: number; readonly text: Promise<string | undefined> }
  >();
  const askOnce = (name: string): Promise<string | undefined> => {
    const now = performance.now();
    const known = answers.get(name);
    if (known !== undefined && now - known.at < REMEMBERED_MS) return known.text;
    const text = askKeyring(name.split('/'), environment);
    answers.set(name, { at: now, text });
    return text;
  };
  return async (place) => {
    const [kind = '', ...rest] = place.split(':');
    const name = rest.join(':');
    const found = kind === 'env' ? environment[name] : await askOnce(name);
    if (found !== undefined && found !== '') return found;
    throw new CellarError(
      'bad_request',
      kind === 'env'
        ? `The variable ${name} is not set where Cellar's server runs. Set it there and start the server again.`
        : `No keyring here has an entry ${name}. Add it, for example by: keyring set ${name.replace('/', ' ')}`,
    );
  };
}

/** The system's own programs, which have the entries that Python's `keyring` makes too; then that one itself. */
async function askKeyring(
  [service = '', ...rest]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const user = rest.join('/');
  const programs: readonly (readonly [string, readonly string[]])[] = [
    platform === 'darwin'
      ? ['security', ['find-generic-password', '-s', service, '-a', user, '-w']]
      : ['secret-tool', ['lookup', 'service', service, 'username', user]],
    ['keyring', ['get', service, user]],
  ];
  for (const [program, args] of programs) {
    const found = await runProgram(program, args, environment);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Its output without the end of the line; undefined where there is no such program, or it says no. */
function runProgram(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: MOST_MS, env: environment }, (error, out) => {
      const text = out.replace(/\r?\n$/, '');
      resolve(error === null && text !== '' ? text : undefined);
    });
  });
}
