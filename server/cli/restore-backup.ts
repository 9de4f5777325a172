import { resolve } from 'node:path';

import { restoreBackup as restoreStore } from '../store/backup/restore-backup.js';
import { nodeDisk } from '../store/disk/disk.js';
import { withBar } from './bar.js';
import { DONE, type Command } from './command.js';
import { count } from './words.js';

export const restoreBackup: Command = {
  summary: 'Bring a store back from a backup',
  usage: 'DIR [--force] [--json]',
  options: {
    force: {
      kind: 'boolean',
      help: 'move a store that is there aside, to .cellar.before- and the time',
    },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const folder = resolve(context.cwd, call.arguments[0] ?? '');
    // A folder further up that has a store is not meant: that is where one is lost, and here is where it comes back.
    const root = call.rootIsGiven ? call.root : context.cwd;
    const done = await withBar(context, (report) =>
      restoreStore({
        folder,
        root,
        force: call.flag('force'),
        now: Date.now,
        disk: nodeDisk,
        report,
      }),
    );
    const { made, before = null, refs, artifacts, records } = done;
    if (call.json)
      context.out(
        `${JSON.stringify({ status: 'ok', root, made, refs, artifacts, records, before })}\n`,
      );
    else
      context.out(
        `The store in ${root} is as of ${made}: ${count(artifacts, 'file')} of runs.${before === null ? '' : ` What was there is in ${before}.`}\n`,
      );
    return DONE;
  },
};
