import { resolve } from 'node:path';

import { pathTo } from '../../contract/routes.js';
import { verifiedSchema } from '../../contract/upkeep.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, NO, type Command } from './command.js';
import { formatVerified } from './verify-words.js';
import { withOwner } from './with-owner.js';

export const verify: Command = {
  summary: 'Check every object, file and row of the store, and mend what can be mended',
  usage: '[--repair [--from DIR]] [--json]',
  options: {
    repair: {
      kind: 'boolean',
      help: 'mend what is damaged; what is replaced is put aside in .cellar/damaged',
    },
    from: {
      kind: 'string',
      value: 'DIR',
      repeats: true,
      help: 'a backup or a clone of this store, out of which --repair may take what is damaged here',
    },
  },
  arguments: [0, 0],
  run: async (context, call) => {
    const from = (call.text('from') ?? '').split(',').filter(Boolean);
    if (from.length > 0 && !call.flag('repair'))
      throw new CellarError(
        'bad_request',
        '--from says where --repair may take copies from. Give both.',
      );
    const body = {
      repair: call.flag('repair'),
      from: from.map((folder) => resolve(context.cwd, folder)),
    };
    const found = await withOwner(context, call.root, async (owner) =>
      verifiedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('verify'), body }, report),
        ),
      ),
    );
    context.out(call.json ? `${JSON.stringify(found)}\n` : formatVerified(found));
    const isLost = (found.repaired?.lost.length ?? 0) > 0;
    return found.status === 'ok' && !isLost ? DONE : NO;
  },
};
