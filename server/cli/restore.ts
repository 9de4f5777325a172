import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { restoredSchema } from '../../contract/capture.js';
import { pathTo } from '../../contract/routes.js';
import { heldSecretWords, redactionWords } from '../../contract/secrets.js';
import { snapshotSchema } from '../../contract/snapshot.js';
import { CellarError } from '../errors.js';
import { writeDurable } from '../store/disk/durable.js';
import { DONE, type Call, type Command, type Context } from './command.js';
import type { Connection } from './connection.js';
import { nameNotebook } from './notebook-path.js';
import { toVersionId } from './version-id.js';
import { withOwner } from './with-owner.js';
import { formatTime, shortId } from './words.js';

interface Done {
  readonly id: string;
  readonly path: string;
  /** The version that holds what was there; null when nothing was. */
  readonly before: string | null;
  readonly time: string;
}

export const restore: Command = {
  summary: 'Bring a version back; what is there now is kept first',
  usage: 'ID [--output FILE] [--json]',
  options: {
    output: {
      kind: 'string',
      short: 'o',
      value: 'FILE',
      help: "write here instead of the notebook's path",
    },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const id = toVersionId(call);
    const done = await withOwner(context, call.root, (owner) =>
      bringBack(context, call, owner, id),
    );
    if (call.json)
      context.out(
        `${JSON.stringify({ status: 'ok', id: done.id, path: done.path, before: done.before })}\n`,
      );
    else
      context.out(
        `${done.path} is as of ${formatTime(done.time)} again.${done.before === null ? '' : ` What was there is kept: cellar restore ${shortId(done.before)} brings it back.`}\n`,
      );
    return DONE;
  },
};

async function bringBack(
  context: Context,
  call: Call,
  owner: Connection,
  asked: string,
): Promise<Done> {
  const { id, time } = snapshotSchema.parse(
    await owner.json({ path: pathTo('snapshot', { id: asked }) }),
  );
  const output = call.text('output');
  const inside = output === undefined ? undefined : await findInside(context, call, output);
  if (output !== undefined && inside === undefined) {
    const path = resolve(context.cwd, output);
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true)
      throw new CellarError('bad_request', `${path} is a folder. Name a file in it.`, { path });
    const bytes = await owner.bytes({ path: pathTo('snapshotNotebook', { id }) });
    await writeDurable(path, bytes);
    if (Buffer.from(bytes).includes('[redacted: '))
      context.say(`cellar: ${path} has marks "[redacted: …]" where secrets were not kept.`);
    return { id, time, path, before: null };
  }
  const body = {
    key: randomBytes(16).toString('hex'),
    ...(inside === undefined ? {} : { path: inside }),
  };
  const restored = restoredSchema.parse(
    await owner.json({ method: 'POST', path: pathTo('restore', { id }), body }),
  );
  const missing = restored.redactions.length - restored.kept;
  if (missing > 0) context.say(`cellar: ${redactionWords(missing)}`);
  if (restored.kept > 0) context.say(`cellar: ${heldSecretWords(restored.path, restored.kept)}`);
  return { id, time, path: restored.path, before: restored.before?.id ?? null };
}

/** Where FILE is in this workspace; undefined when it is elsewhere, where there is nothing of ours to keep first. */
async function findInside(
  context: Context,
  call: Call,
  output: string,
): Promise<string | undefined> {
  try {
    const { path } = await nameNotebook(
      context,
      { ...call, rootIsGiven: true },
      resolve(context.cwd, output),
    );
    return path.endsWith('.ipynb') ? path : undefined;
  } catch (error) {
    if (error instanceof CellarError && error.code === 'outside_workspace') return undefined;
    throw error;
  }
}
