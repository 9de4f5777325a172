import { resolve } from 'node:path';

import { backedUpSchema } from '../../contract/backup.js';
import { pathTo } from '../../contract/routes.js';
import { withBar } from './bar.js';
import { DONE, NO, type Command } from './command.js';
import { withOwner } from './with-owner.js';
import { count, formatSize, printable } from './words.js';

export const backup: Command = {
  summary: 'Copy the whole store, also while it is in use; later runs copy what is new',
  usage: 'DIR [--verify] [--json]',
  options: { verify: { kind: 'boolean', help: 'also check what earlier runs have copied' } },
  arguments: [1, 1],
  run: async (context, call) => {
    const folder = resolve(context.cwd, call.arguments[0] ?? '');
    const body = { folder, verify: call.flag('verify') };
    const done = await withOwner(context, call.root, async (owner) =>
      backedUpSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('backup'), body }, report),
        ),
      ),
    );
    if (call.json) context.out(`${JSON.stringify(done)}\n`);
    else {
      for (const { what, reason } of done.damages)
        context.out(`${printable(`${what}: ${reason}`)}\n`);
      const { files, bytes } = done.copied;
      if (done.keptBefore === null)
        context.out(
          `${done.folder} holds the store as it is now: ${count(done.artifacts, 'file')} of runs, ${count(files, 'new file')} copied (${formatSize(bytes)}).\n`,
        );
      else
        context.out(
          `${done.folder} still holds the store as of ${done.keptBefore}: it is too damaged now for a backup that could be restored. "cellar verify" tells more.\n`,
        );
    }
    if (done.holdsPurged)
      context.say(
        `cellar: ${done.folder} still holds what was purged since the last backup there. Begin a new folder, and delete this one.`,
      );
    return done.status === 'ok' ? DONE : NO;
  },
};
