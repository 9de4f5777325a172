import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { CellarError } from '../errors.js';
import { findRoot } from '../store/places.js';
import type { Call, Context } from './command.js';

/** A notebook on the command line: the workspace it is in, and its path there. */
export interface NamedNotebook {
  readonly root: string;
  readonly path: string;
}

/**
 * NOTEBOOK is absolute, or relative to the current folder, else to the root; it need not exist any more. An absolute one outside of
 * the root, when no --root was given, stands for the workspace that it is in.
 */
export async function nameNotebook(
  context: Context,
  call: Call,
  asked: string,
): Promise<NamedNotebook> {
  if (asked === '') throw new CellarError('bad_request', 'The name of the notebook is empty.');
  const here = resolve(context.cwd, asked);
  // Where the root is no more than the current folder, the workspace that the notebook is in already comes first.
  const other = call.rootIsGiven || call.rootHasStore ? undefined : await findRoot(dirname(here));
  const there = other === undefined ? undefined : await toInside(other, here);
  if (other !== undefined && there !== undefined) return { root: other, path: there };
  const places =
    isAbsolute(asked) || (await exists(here)) ? [here] : [here, resolve(call.root, asked)];
  for (const place of places.reverse()) {
    const path = await toInside(call.root, place);
    if (path !== undefined) return { root: call.root, path };
  }
  const own = call.rootIsGiven ? undefined : await findRoot(dirname(here));
  const path = own === undefined ? undefined : await toInside(own, here);
  if (own !== undefined && path !== undefined) return { root: own, path };
  throw new CellarError(
    'outside_workspace',
    `${asked} is not inside the workspace ${call.root}. Name another workspace with --root.`,
    { path: asked },
  );
}

async function toInside(root: string, place: string): Promise<string | undefined> {
  for (const [top, at] of [
    [root, place],
    [await resolveLinks(root), await resolveFolder(place)],
  ] as const) {
    const inside = relative(top, at);
    if (inside !== '' && inside.split(sep)[0] !== '..' && !isAbsolute(inside))
      return inside.split(sep).join('/');
  }
  return undefined;
}

/** Links in the folders are followed; whether the notebook itself may be one is for the store to say. */
async function resolveFolder(place: string): Promise<string> {
  return join(await resolveLinks(dirname(place)), basename(place));
}

async function resolveLinks(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
