import { resolve } from 'node:path';

import { importedSchema } from '../../contract/import.js';
import { pathTo } from '../../contract/routes.js';
import { findSource } from '../checkout/source.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, type Command } from './command.js';
import { importFromMlflow } from './import-mlflow.js';
import { withNewOwner } from './with-owner.js';
import { count, printable } from './words.js';

/** The most warnings that are told one by one. */
const MOST_TOLD = 20;

export const importCommand: Command = {
  summary: 'Bring in the notebook history of a git repository, or what an MLflow server has',
  usage:
    '[--git DIR] [--all] [--since DATE] | mlflow URI [--experiments NAMES] [--since DATE] [--deleted]',
  options: {
    git: { kind: 'string', value: 'DIR', help: 'the repository (default: the one around)' },
    all: { kind: 'boolean', help: 'every branch and tag, not only what HEAD stands on' },
    since: {
      kind: 'string',
      value: 'DATE',
      help: 'only commits, or runs, after this: 2024-01-31, or "2 years ago"',
    },
    experiments: {
      kind: 'string',
      value: 'NAMES',
      help: 'only these experiments of the MLflow server, parted by commas',
    },
    deleted: {
      kind: 'boolean',
      help: 'also runs and experiments that are deleted there, as deleted ones',
    },
  },
  arguments: [0, 2],
  run: async (context, call) => {
    if (call.arguments.length > 0) return importFromMlflow(context, call);
    if (call.flag('deleted'))
      throw new CellarError('bad_request', '--deleted goes with "cellar import mlflow URI".');
    const git = call.text('git');
    const since = call.text('since');
    const body = {
      git: git === undefined ? call.root : resolve(context.cwd, git),
      all: call.flag('all'),
      ...(since === undefined ? {} : { since }),
    };
    // Before a store is made for nothing.
    if (!call.rootHasStore && (await findSource(body.git)) === undefined)
      throw new CellarError('bad_request', `${body.git} is not inside a git repository.`, {
        path: body.git,
      });
    const done = await withNewOwner(context, call.root, async (owner) =>
      importedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('imports'), body }, report),
        ),
      ),
    );
    for (const { message } of done.warnings.slice(0, MOST_TOLD))
      context.say(`cellar: ${printable(message)}`);
    if (done.warnings.length > MOST_TOLD)
      context.say(`cellar: and ${done.warnings.length - MOST_TOLD} more: see --json.`);
    if (call.json) context.out(`${JSON.stringify(done)}\n`);
    else {
      const { snapshots, notebooks, commits, known, skipped } = done;
      const here = known === 0 ? '' : `; ${count(known, 'version')} were here already`;
      const left = skipped === 0 ? '' : `; ${skipped} passed over`;
      context.out(
        `Brought in ${count(snapshots, 'version')} of ${count(notebooks, 'notebook')} from ${count(commits, 'commit')}${here}${left}.\n`,
      );
    }
    return DONE;
  },
};
