import { resolve } from 'node:path';

import { exportPlanSchema } from '../../contract/export.js';
import { foundNotebookSchema } from '../../contract/history.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, type Call, type Command, type Context } from './command.js';
import type { Connection } from './connection.js';
import { writeExportFolder, writeExportZip } from './export-target.js';
import { nameNotebook } from './notebook-path.js';
import { withOwner } from './with-owner.js';
import { count, printable } from './words.js';

type Query = Readonly<Record<string, string>>;

export const exportCommand: Command = {
  summary: 'Write versions into a folder or a zip that needs no Cellar to read',
  usage: '(ID | NOTEBOOK | --all) TARGET [--artifacts] [--force] [--json]',
  options: {
    all: { kind: 'boolean', help: 'every notebook and its history' },
    artifacts: { kind: 'boolean', help: 'the files of runs too' },
    force: { kind: 'boolean', help: 'replace a zip or an earlier export at TARGET' },
  },
  arguments: [1, 2],
  run: async (context, call) => {
    const [what, target] = call.flag('all')
      ? [undefined, call.arguments[0]]
      : [call.arguments[0], call.arguments[1]];
    if (target === undefined || (call.flag('all') && call.arguments.length > 1))
      throw new CellarError('bad_request', `Usage: cellar export ${exportCommand.usage}`);
    const path = resolve(context.cwd, target);
    const root = what === undefined ? call.root : await findRootOf(context, call, what);
    const done = await withOwner(context, root, (owner) =>
      withBar(context, async (report) => {
        report({ what: 'reading the history', done: 0, total: null });
        const query = {
          ...(what === undefined ? {} : await toQuery(context, call, { owner, what })),
          artifacts: call.flag('artifacts') ? '1' : '0',
        };
        const found = await owner.json({ path: pathTo('exportPlan'), query });
        const plan = exportPlanSchema.parse(found);
        const to = {
          ...{ path, force: call.flag('force'), precious: { root, cwd: context.cwd } },
          ...{ signal: context.stopped(), report },
        };
        await (/\.zip$/i.test(path) ? writeExportZip : writeExportFolder)(owner, plan, to);
        return plan;
      }),
    );
    for (const missing of done.missing)
      context.say(`cellar: ${printable(missing)} is not kept here any more and was left out.`);
    const versions = done.files.filter(({ source }) => source.kind === 'snapshot').length;
    const artifacts = done.files.filter(({ source }) => source.kind === 'artifact').length;
    if (call.json)
      context.out(
        `${JSON.stringify({ status: 'ok', target: path, versions, artifacts, missing: done.missing })}\n`,
      );
    else {
      const files = artifacts === 0 ? '' : ` and ${count(artifacts, 'file')}`;
      context.out(`Wrote ${count(versions, 'version')}${files} to ${path}.\n`);
    }
    return DONE;
  },
};

/** A notebook's file says which workspace is meant; an id belongs to the one that one is in. */
async function findRootOf(context: Context, call: Call, what: string): Promise<string> {
  return isPath(what) ? (await nameNotebook(context, call, what)).root : call.root;
}

async function toQuery(
  context: Context,
  call: Call,
  { owner, what }: { readonly owner: Connection; readonly what: string },
): Promise<Query> {
  if (!isPath(what)) return { snapshot: what };
  const { path } = await nameNotebook(context, call, what);
  const found = await owner.json({ path: pathTo('notebookByPath'), query: { path } });
  const { notebook } = foundNotebookSchema.parse(found);
  if (notebook === null)
    throw new CellarError('not_found', `No version of ${path} is kept yet.`, { path });
  return { notebook: notebook.id };
}

/** Ids have letters and digits alone. */
function isPath(what: string): boolean {
  return !/^[0-9a-z]{1,26}$/i.test(what);
}
