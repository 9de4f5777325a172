import { isUtf8 } from 'node:buffer';

import { keptEnvironmentSchema, type KeptEnvironment } from '../../contract/environment.js';
import { pathTo } from '../../contract/routes.js';
import { redactionWords } from '../../contract/secrets.js';
import { snapshotSchema, type Snapshot } from '../../contract/snapshot.js';
import { DONE, type Command, type Context } from './command.js';
import { CellarError } from '../errors.js';
import type { Connection } from './connection.js';
import { toVersionId } from './version-id.js';
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
  usage: 'ID [--notebook | --packages] [--json]',
  options: {
    notebook: { kind: 'boolean', help: 'print the notebook, byte for byte as it was kept' },
    packages: { kind: 'boolean', help: 'print the packages that it ran with, as pip freeze does' },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const id = toVersionId(call);
    const path = pathTo('snapshotNotebook', { id });
    await withOwner(context, call.root, async (owner) => {
      const bytes = call.flag('notebook') ? await owner.bytes({ path }) : undefined;
      if (bytes !== undefined && !call.json) {
        context.out(bytes);
        return;
      }
      const found = snapshotSchema.parse(await owner.json({ path: pathTo('snapshot', { id }) }));
      const environment =
        found.environment === null ? undefined : await readEnvironment(owner, found.environment);
      if (call.flag('packages') && environment === undefined) throw noEnvironment(found);
      if (call.flag('packages') && environment !== undefined && !call.json) {
        context.out(environment.freeze);
        return;
      }
      const all = {
        ...found,
        ...(bytes === undefined ? {} : toContent(bytes)),
        ...(environment !== undefined && call.flag('packages') ? { environment } : {}),
      };
      context.out(call.json ? `${JSON.stringify(all)}\n` : format(context, found, environment));
    });
    return DONE;
  },
};

/** The notebook's bytes as JSON can have them: text, or base64 where they are none. */
function toContent(bytes: Uint8Array): { readonly content: string } | { readonly base64: string } {
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer)
    ? { content: buffer.toString('utf8') }
    : { base64: buffer.toString('base64') };
}

async function readEnvironment(owner: Connection, id: string): Promise<KeptEnvironment> {
  return keptEnvironmentSchema.parse(await owner.json({ path: pathTo('environment', { id }) }));
}

function noEnvironment({ id }: Snapshot): CellarError {
  return new CellarError(
    'not_found',
    `What version ${id} ran on is not known: its kernel has not told it. Kernels whose environment has the package jupyterlab-cellar do, when cellar or mlflow is imported.`,
  );
}

function describeEnvironment({ python, platform, packages, git }: KeptEnvironment): string {
  const commit = git === null ? '' : `, git ${git.commit.slice(0, 12)}`;
  const changes = git?.dirty === true ? ' with changes' : '';
  return `Python ${python}, ${packages.length} packages, ${platform}${commit}${changes}`;
}

function format(
  context: Context,
  snapshot: Snapshot,
  environment: KeptEnvironment | undefined,
): string {
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
    ...(environment === undefined
      ? []
      : [['ran on', describeEnvironment(environment)] as [string, string]]),
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
