import { pathTo } from '../../contract/routes.js';
import { reindexedSchema } from '../../contract/upkeep.js';
import { DONE, type Command } from './command.js';
import { withBar } from './bar.js';
import { withOwner } from './with-owner.js';
import { count } from './words.js';

export const reindex: Command = {
  summary: 'Build the catalog anew from the git store',
  usage: '[--json]',
  options: {},
  arguments: [0, 0],
  run: async (context, call) => {
    const done = await withOwner(context, call.root, async (owner) =>
      reindexedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('reindex') }, report),
        ),
      ),
    );
    context.out(
      call.json
        ? `${JSON.stringify(done)}\n`
        : `Read ${count(done.commits, 'commit')}: ${count(done.snapshots, 'version')} of ${count(done.notebooks, 'notebook')}, ${count(done.runs, 'run')}.\n`,
    );
    return DONE;
  },
};
