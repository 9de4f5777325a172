import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { changedNotebooks, type Place } from '../checkout/changed.js';
import { readBlob } from '../checkout/revision.js';
import { CellarError } from '../errors.js';
import type { Call } from './command.js';
import type { Pair, Source } from './diff-pairs.js';
import { findFile } from './read-file.js';

/** The words after `diff --git`: revisions, then paths; what stands after "--" is a path, else what exists is one. */
export async function splitWords(
  cwd: string,
  call: Call,
): Promise<{ readonly revisions: readonly string[]; readonly paths: readonly string[] }> {
  const before = call.arguments.slice(0, call.beforeDashes);
  let count = 0;
  for (const word of before) {
    if (await stat(resolve(cwd, word)).catch(() => undefined)) break;
    count += 1;
  }
  if (count > 2)
    throw new CellarError('bad_request', `"${before[2] ?? ''}" is neither a file nor a revision.`);
  return { revisions: before.slice(0, count), paths: call.arguments.slice(count) };
}

/** The notebooks that differ in the git repository around a folder, as `git diff` has them with the same words. */
export async function pairCheckout(
  cwd: string,
  words: { readonly revisions: readonly string[]; readonly paths: readonly string[] },
  cached: boolean,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const { path, base, head } of await changedNotebooks(cwd, { ...words, cached })) {
    // git has looked at the file's facts alone: what was deleted meanwhile has no bytes.
    const missing = head?.kind === 'file' && (await isMissing(head.path));
    pairs.push({
      path,
      base: toSource(cwd, base, path),
      head: missing ? undefined : toSource(cwd, head, path),
    });
  }
  return pairs.filter(({ base, head }) => base !== undefined || head !== undefined);
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

function toSource(cwd: string, place: Place | undefined, path: string): Source | undefined {
  if (place === undefined) return undefined;
  if (place.kind === 'blob') return { read: () => readBlob(cwd, place.oid) };
  return {
    read: async () => {
      const bytes = await findFile(place.path, path);
      if (bytes === undefined) throw new CellarError('not_found', `${path} is gone.`, { path });
      return bytes;
    },
  };
}
