import { pinnedSchema } from '../../contract/retention.js';
import { pathTo } from '../../contract/routes.js';
import { DONE, type Command } from './command.js';
import { toVersionId } from './version-id.js';
import { withOwner } from './with-owner.js';
import { shortId } from './words.js';

export const pin: Command = {
  summary: 'Keep a version for ever',
  usage: 'ID [--remove] [--json]',
  options: {
    remove: { kind: 'boolean', help: 'take the pin off; the version stays' },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const method = call.flag('remove') ? 'DELETE' : 'PUT';
    const path = pathTo('pin', { id: toVersionId(call) });
    const { id, pinned } = await withOwner(context, call.root, async (owner) =>
      pinnedSchema.parse(await owner.json({ method, path })),
    );
    if (call.json) context.out(`${JSON.stringify({ status: 'ok', id, pinned })}\n`);
    else
      context.out(
        pinned ? `${shortId(id)} is kept for ever.\n` : `${shortId(id)} has no pin any more.\n`,
      );
    return DONE;
  },
};
