import { resolve } from 'node:path';

import type { Side } from '../../contract/errors.js';
import { pathTo } from '../../contract/routes.js';
import { readRevision } from '../checkout/revision.js';
import { CellarError, onSide } from '../errors.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import type { Call, Context } from './command.js';
import { findFile } from './read-file.js';
import { withOwner } from './with-owner.js';

/** One side of a comparison of two, as it was asked for. */
export interface AskedSide {
  readonly asked: string;
  /** The other side, as it was asked for. */
  readonly other: string;
  readonly side: Side;
}

/** Reads a side: a file, a snapshot's id, `ID:path`, or with --git a revision; a file that exists wins. Throws with the side. */
export async function readSide(context: Context, call: Call, which: AskedSide): Promise<Notebook> {
  const { asked, side } = which;
  return withSide(side, async () =>
    parseNotebook(await readBytes(context, call, which), { side, path: asked }),
  );
}

/** Adds the side to what work throws, where it does not say one. */
export async function withSide<Result>(side: Side, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw onSide(error, side);
  }
}

async function readBytes(
  context: Context,
  call: Call,
  { asked, other }: AskedSide,
): Promise<Buffer> {
  const file = await findFile(resolve(context.cwd, asked), asked);
  if (file !== undefined) return file;
  if (call.flag('git'))
    // A revision alone means the other side's file as it was then.
    return readRevision(context.cwd, asked.includes(':') ? asked : `${asked}:${pathOf(other)}`);
  const [, id, path] = /^([0-9a-zA-Z]{1,26})(?::(.+))?$/.exec(asked) ?? [];
  if (id === undefined)
    throw new CellarError('not_found', `There is no file ${asked}, and it is no snapshot's id.`, {
      path: asked,
    });
  try {
    return await withOwner(context, call.root, (owner) =>
      owner.bytes({ path: pathTo('snapshotNotebook', { id }), query: { path } }),
    );
  } catch (error) {
    if (!(error instanceof CellarError) || !['not_found', 'store_missing'].includes(error.code))
      throw error;
    throw new CellarError('not_found', `There is no file and no snapshot ${asked}.`, {
      path: asked,
    });
  }
}

/** The path in "REV:path"; all of anything else. */
function pathOf(asked: string): string {
  return asked.slice(asked.indexOf(':') + 1);
}
