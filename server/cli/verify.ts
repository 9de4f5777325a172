import { pathTo } from '../../contract/routes.js';
import { verifiedSchema } from '../../contract/upkeep.js';
import { withBar } from './bar.js';
import { DONE, NO, type Command } from './command.js';
import { withOwner } from './with-owner.js';
import { count, printable } from './words.js';

export const verify: Command = {
  summary: 'Check every object, file and row of the store',
  usage: '[--json]',
  options: {},
  arguments: [0, 0],
  run: async (context, call) => {
    const found = await withOwner(context, call.root, async (owner) =>
      verifiedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('verify') }, report),
        ),
      ),
    );
    const sound = found.damages.length === 0;
    if (call.json) context.out(`${JSON.stringify(found)}\n`);
    else {
      for (const { what, reason } of found.damages)
        context.out(`${printable(`${what}: ${reason}`)}\n`);
      for (const { name, sha256 } of found.purged)
        context.out(`${printable(name)} (sha256:${sha256.slice(0, 12)}) was purged.\n`);
      const checked = `${count(found.commits, 'commit')}, ${count(found.snapshots, 'version')}, ${count(found.artifacts, 'file')}`;
      context.out(
        sound ? `All is well: ${checked}.\n` : `${found.damages.length} damaged, of ${checked}.\n`,
      );
    }
    return sound ? DONE : NO;
  },
};
