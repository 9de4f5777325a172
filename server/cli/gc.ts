import { collectedSchema, DEFAULT_GRACE_DAYS, type Collected } from '../../contract/retention.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, type Command } from './command.js';
import { withOwner } from './with-owner.js';
import { count, formatSize, printable, shortId } from './words.js';

export const gc: Command = {
  summary: 'Thin out old automatic versions, and free what nothing needs any more',
  usage: '[--dry-run] [--grace DAYS] [--json]',
  options: {
    'dry-run': { kind: 'boolean', short: 'n', help: 'only say what would go, and what it frees' },
    grace: {
      kind: 'string',
      value: 'DAYS',
      help: `free files that nothing has referred to for this long (default: as set, else ${DEFAULT_GRACE_DAYS})`,
    },
  },
  arguments: [0, 0],
  run: async (context, call) => {
    const body = { dryRun: call.flag('dry-run'), ...toGrace(call.text('grace')) };
    const done = await withOwner(context, call.root, async (owner) =>
      collectedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('gc'), body }, report),
        ),
      ),
    );
    context.out(call.json ? `${JSON.stringify(done)}\n` : format(done));
    return DONE;
  },
};

function toGrace(days: string | undefined): { readonly grace?: number } {
  if (days === undefined) return {};
  if (!/^\d{1,5}$/.test(days))
    throw new CellarError('bad_request', `--grace takes a number of days, not "${days}".`);
  return { grace: Number(days) };
}

/** What went, or would go: versions by day and notebook, then files. */
function format(done: Collected): string {
  const { snapshots, artifacts, objects } = done;
  const lines = [
    ...snapshots.days.map(
      ({ day, path, snapshots: ids }) =>
        `${day}  ${printable(path)}  ${count(ids.length, 'version')}: ${toIds(ids)}`,
    ),
    ...artifacts.files.map(
      ({ sha256, size }) => `file  sha256:${sha256.slice(0, 12)}  ${formatSize(size)}`,
    ),
    ...(objects.count === 0
      ? []
      : [`git  ${count(objects.count, 'object')}  ${formatSize(objects.bytes)}`]),
  ];
  const nothing = snapshots.count === 0 && artifacts.count === 0 && objects.count === 0;
  const what = `${count(snapshots.count, 'version')}, ${count(artifacts.count, 'file')} and ${count(objects.count, 'object')} of git, ${formatSize(done.bytes)}`;
  const last = nothing
    ? 'There is nothing to free.'
    : done.dryRun
      ? `Would go: ${what}.`
      : `Gone: ${what}.`;
  return [...lines, last, ...(done.heldBack === null ? [] : [done.heldBack]), ''].join('\n');
}

function toIds(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).map(shortId).join(', ');
  return ids.length > 3 ? `${shown}, …` : shown;
}
