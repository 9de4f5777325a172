import { pathTo } from '../../contract/routes.js';
import { verifiedSchema } from '../../contract/upkeep.js';
import { withBar } from './bar.js';
import { DONE, NO, type Command } from './command.js';
import { formatVerified } from './verify-words.js';
import { withOwner } from './with-owner.js';

export const verify: Command = {
  summary: 'Check every object, file and row of the store, and mend what can be mended',
  usage: '[--repair] [--json]',
  options: {
    repair: {
      kind: 'boolean',
      help: 'mend what is damaged; what is replaced is put aside in .cellar/damaged',
    },
  },
  arguments: [0, 0],
  run: async (context, call) => {
    const body = { repair: call.flag('repair') };
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
