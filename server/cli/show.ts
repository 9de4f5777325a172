import { pathTo } from '../../contract/routes.js';
import { redactionWords } from '../../contract/secrets.js';
import { snapshotSchema, type Snapshot } from '../../contract/snapshot.js';
import { DONE, type Command, type Context } from './command.js';
import { withOwner } from './with-owner.js';
import {
  describeSnapshot,
  formatSize,
  formatTime,
  formatValue,
  paint,
  printable,
} from './words.js';

export const show: Command = {
  summary: 'Show what is known of a version, or its notebook',
  usage: 'ID [--notebook] [--json]',
  options: {
    notebook: { kind: 'boolean', help: 'print the notebook, byte for byte as it was kept' },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const id = call.arguments[0] ?? '';
    await withOwner(context, call.root, async (owner) => {
      if (call.flag('notebook') && !call.json) {
        context.out(await owner.bytes({ path: pathTo('snapshotNotebook', { id }) }));
        return;
      }
      const found = snapshotSchema.parse(await owner.json({ path: pathTo('snapshot', { id }) }));
      context.out(call.json ? `${JSON.stringify(found)}\n` : format(context, found));
    });
    return DONE;
  },
};

function format(context: Context, snapshot: Snapshot): string {
  const { kernel, author, changed } = snapshot;
  const facts: [string, string][] = [
    ['version', snapshot.id],
    ['notebook', snapshot.path],
    ['time', `${formatTime(snapshot.time)} (${snapshot.time})`],
    ['by', `${author.name} <${author.email}>`],
    ['how', describeSnapshot(snapshot)],
    ...(snapshot.message === null ? [] : [['message', snapshot.message] as [string, string]]),
    ...(kernel === null
      ? []
      : [
          [
            'kernel',
            [kernel.displayName ?? kernel.name, kernel.version ?? ''].join(' ').trim(),
          ] as [string, string],
        ]),
    ['size', `${formatSize(snapshot.size)}, ${snapshot.cells} cells`],
    ...(snapshot.redactions === 0
      ? []
      : [['secrets', redactionWords(snapshot.redactions)] as [string, string]]),
    ...(changed === null
      ? []
      : [
          [
            'changed',
            `${changed.modified} modified, ${changed.added} added, ${changed.deleted} deleted`,
          ] as [string, string],
        ]),
    ...snapshot.runs.flatMap(({ metrics, params }) => [
      ...Object.entries(metrics).map(([name, value]): [string, string] => [
        name,
        formatValue(value),
      ]),
      ...Object.entries(params),
    ]),
    ...snapshot.artifacts.map(({ name, size, sha256, purged }): [string, string] => [
      'artifact',
      `${name}  ${formatSize(size)}  sha256:${sha256}${purged === true ? '  (purged)' : ''}`,
    ]),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .map(
      ([name, value]) =>
        `${paint(context.color, 'dim', printable(name).padEnd(width))}  ${printable(value).replaceAll('\n', `\n${' '.repeat(width + 2)}`)}\n`,
    )
    .join('');
}
