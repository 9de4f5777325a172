import { CellarError } from '../errors.js';
import { findRoot } from '../store/places.js';
import type { Context } from './command.js';
import type { Connection } from './connection.js';

/** Runs something with the owner of an existing store, and lets go of it afterwards. Throws store_missing where there is none. */
export async function withOwner<Result>(
  context: Context,
  root: string,
  work: (owner: Connection) => Promise<Result>,
): Promise<Result> {
  if ((await findRoot(root)) !== root)
    throw new CellarError(
      'store_missing',
      `No versions are kept in ${root}. "cellar snapshot NOTEBOOK" keeps the first; or name the workspace with --root.`,
      { path: root },
    );
  return withNewOwner(context, root, work);
}

/** The same, where the store may be made by it. */
export async function withNewOwner<Result>(
  context: Context,
  root: string,
  work: (owner: Connection) => Promise<Result>,
): Promise<Result> {
  const owner = await context.connect(root);
  try {
    return await work(owner);
  } finally {
    await owner.close();
  }
}
