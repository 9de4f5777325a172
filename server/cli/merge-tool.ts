import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

import { findConflict } from '../checkout/conflict.js';
import { findConflictLabels } from '../checkout/labels.js';
import { CellarError, isErrno } from '../errors.js';
import { findMergeOf, fingerprintOf, onlyKnown, type FoundMerge } from '../tracking/merges.js';
import { DONE, NO, type Call, type Context } from './command.js';
import { writeMerged } from './merge-files.js';

/**
 * `cellar merge --tool`: a person decides the conflicts in the browser. Exit code 0 when none is left, as git mergetool wants to know;
 * 1 when some are or the person gave up, and then nothing was written.
 */
export async function mergeByHand(context: Context, call: Call): Promise<number> {
  const [first = '', ...others] = call.arguments;
  if (others.length === 1)
    throw new CellarError('bad_request', 'The merge tool takes FILE, or BASE LOCAL REMOTE.');
  const output = call.text('output');
  const target = output ?? (others.length === 0 ? first : undefined);
  const path = target === undefined ? undefined : resolve(context.cwd, target);
  const find =
    others.length === 0
      ? () => findInFile(resolve(context.cwd, first))
      : () => readTriple(context.cwd, call.arguments, path);
  // What cannot be read is told here, and not in the browser.
  const found = await find();
  if (found === undefined)
    throw new CellarError('not_found', `${first} waits for no merge.`, { path: first });
  const unresolved = await context.mergeInBrowser({
    find,
    write: async (bytes) => {
      if (path === undefined) context.out(bytes);
      else await writeMerged(path, bytes);
    },
    openBrowser: !call.flag('no-browser'),
  });
  if (unresolved === undefined) context.say('cellar: nothing was merged.');
  return unresolved === 0 ? DONE : NO;
}

function findInFile(file: string): Promise<FoundMerge | undefined> {
  return findMergeOf({
    folder: dirname(file),
    path: basename(file),
    read: () => readSide(file, file),
  });
}

/** Three files; the branches' names come of git where it has a conflict at the output. */
async function readTriple(
  cwd: string,
  [baseName = '', localName = '', remoteName = '']: readonly string[],
  output: string | undefined,
): Promise<FoundMerge> {
  const [base, local, remote] = await Promise.all([
    readSide(resolve(cwd, baseName), baseName, 'base'),
    readSide(resolve(cwd, localName), localName, 'local'),
    readSide(resolve(cwd, remoteName), remoteName, 'remote'),
  ]);
  const path = basename(output ?? localName);
  const isOfGit = output !== undefined && (await findConflict(dirname(output), path)) !== undefined;
  return {
    input: { kind: 'sides', path, base, local, remote },
    facts: {
      path,
      origin: 'files',
      labels: isOfGit ? onlyKnown(await findConflictLabels(dirname(output))) : {},
      fingerprint: await fingerprintOf([base, local, remote]),
    },
  };
}

async function readSide(
  file: string,
  asked: string,
  side?: 'base' | 'local' | 'remote',
): Promise<Buffer> {
  const facts = { path: asked, ...(side === undefined ? {} : { side }) };
  try {
    return await readFile(file);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR'))
      throw new CellarError('not_found', `There is no file ${asked}.`, facts, { cause: error });
    if (isErrno(error, 'EISDIR'))
      throw new CellarError('not_a_notebook', `${asked} is a folder.`, facts, { cause: error });
    if (isErrno(error, 'EACCES', 'EPERM'))
      throw new CellarError('forbidden', `${asked} cannot be read: permission denied.`, facts, {
        cause: error,
      });
    throw error;
  }
}
