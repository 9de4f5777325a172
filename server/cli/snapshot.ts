import { randomBytes } from 'node:crypto';

import { keptSchema } from '../../contract/capture.js';
import { MAX_MESSAGE_LENGTH } from '../../contract/limits.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, type Command } from './command.js';
import { nameNotebook } from './notebook-path.js';
import { withNewOwner } from './with-owner.js';
import { shortId } from './words.js';

export const snapshot: Command = {
  summary: "Keep a notebook's file as it is now",
  usage: 'NOTEBOOK [-m TEXT] [--json]',
  options: {
    message: { kind: 'string', short: 'm', value: 'TEXT', help: 'what is special about it' },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const message = call.text('message');
    if (message !== undefined && message.length > MAX_MESSAGE_LENGTH)
      throw new CellarError(
        'bad_request',
        `The message has ${message.length} characters; at most ${MAX_MESSAGE_LENGTH} are kept. Shorten it; nothing was kept.`,
      );
    const { root, path } = await nameNotebook(context, call, call.arguments[0] ?? '');
    const ask = {
      method: 'POST',
      path: pathTo('snapshots'),
      body: {
        path,
        key: randomBytes(16).toString('hex'),
        ...(message === undefined ? {} : { message }),
      },
    } as const;
    const kept = await withNewOwner(context, root, async (owner) =>
      keptSchema.parse(await withBar(context, (report) => owner.long(ask, report))),
    );
    for (const warning of kept.warnings) context.say(`cellar: ${warning.message}`);
    const { id, time, path: notebook } = kept.snapshot;
    if (call.json)
      context.out(
        `${JSON.stringify({ id, time, notebook, created: kept.created, warnings: kept.warnings })}\n`,
      );
    else
      context.out(
        kept.created
          ? `Kept ${notebook} as ${shortId(id)}.\n`
          : `Nothing new in ${notebook}: ${shortId(id)} already holds it.\n`,
      );
    return DONE;
  },
};
