import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import {
  lineageSchema,
  lineageWords,
  openLineageSchema,
  type Lineage,
} from '../../contract/lineage.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import { DONE, type Call, type Command, type Context } from './command.js';
import type { Connection } from './connection.js';
import { drawTree } from './lineage-tree.js';
import { nameNotebook } from './notebook-path.js';
import { withOwner } from './with-owner.js';
import { count, formatTime, formatValue, paint, printable } from './words.js';

export const lineage: Command = {
  summary: 'Show what something came from, and what came of it',
  usage: 'NODE [--up | --down] [--depth N] [--openlineage] [--json]',
  options: {
    up: { kind: 'boolean', help: 'show only what it came from' },
    down: { kind: 'boolean', help: 'show only what came of it' },
    depth: { kind: 'string', value: 'N', help: 'go at most this many steps' },
    limit: { kind: 'string', value: 'N', help: 'show at most this many things (default: 200)' },
    openlineage: { kind: 'boolean', help: 'print events of OpenLineage, one a line' },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const { root, names } = await nameNode(context, call, call.arguments[0] ?? '');
    const query = toQuery(call);
    await withOwner(context, root, async (owner) => {
      if (call.flag('openlineage')) {
        const answer = await askFirst(owner, 'lineageEvents', { names, query });
        const { events } = openLineageSchema.parse(answer);
        context.out(
          call.json
            ? `${JSON.stringify({ events })}\n`
            : events.map((event) => `${JSON.stringify(event)}\n`).join(''),
        );
        return;
      }
      const graph = lineageSchema.parse(await askFirst(owner, 'lineage', { names, query }));
      context.out(call.json ? `${JSON.stringify(graph)}\n` : format(context, call, graph));
    });
    return DONE;
  },
};

interface Query {
  readonly direction: 'up' | 'down' | 'both';
  readonly depth: string | undefined;
  readonly limit: string | undefined;
}

function toQuery(call: Call): Query {
  if (call.flag('up') && call.flag('down'))
    throw new CellarError('bad_request', 'Give --up or --down; without either both are shown.');
  for (const option of ['depth', 'limit']) {
    const text = call.text(option);
    if (text !== undefined && !/^[1-9][0-9]*$/.test(text))
      throw new CellarError('bad_request', `--${option} takes a number above 0, not "${text}".`);
  }
  const direction = call.flag('up') ? 'up' : call.flag('down') ? 'down' : 'both';
  return { direction, depth: call.text('depth'), limit: call.text('limit') };
}

/** What a text may mean, the likeliest first; the server knows the rest. */
interface NamedNode {
  readonly root: string;
  readonly names: readonly [string, ...string[]];
}

/** A notebook by its path; another file that is there by its bytes, else by its name; and anything else as it was given. */
async function nameNode(context: Context, call: Call, asked: string): Promise<NamedNode> {
  if (asked === '')
    throw new CellarError(
      'bad_request',
      "NODE is empty. Give a version's or a run's id, models:/NAME/NUMBER, a file or a notebook.",
    );
  const isAddress = /^[a-z0-9]+:/i.test(asked) && !/^[a-z]:[\\/]/i.test(asked);
  if (isAddress) return { root: call.root, names: [asked] };
  if (asked.endsWith('.ipynb')) {
    const { root, path } = await nameNotebook(context, call, asked);
    return { root, names: [`notebook:${path}`] };
  }
  const file = resolve(context.cwd, asked);
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return { root: call.root, names: [asked] };
  return { root: call.root, names: [`artifact:${await hashFile(file)}`, asked] };
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The answer for the first of the names that means something. */
async function askFirst(
  owner: Connection,
  route: 'lineage' | 'lineageEvents',
  { names, query }: Pick<NamedNode, 'names'> & { readonly query: Query },
): Promise<unknown> {
  const [name, ...others] = names;
  try {
    return await owner.json({ path: pathTo(route), query: { ...query, node: name } });
  } catch (error) {
    const [next, ...rest] = others;
    const isUnknown = error instanceof CellarError && error.code === 'not_found';
    if (!isUnknown || next === undefined) throw error;
    return askFirst(owner, route, { names: [next, ...rest], query });
  }
}

function format(context: Context, call: Call, graph: Lineage): string {
  const { color } = context;
  const words = lineageWords(graph, {
    time: (time) => formatTime(time),
    number: formatValue,
  });
  const lines = [paint(color, 'bold', printable(words))];
  const ways = [
    ['up', 'Came from'],
    ['down', 'Led to'],
  ] as const;
  for (const [way, title] of ways) {
    if (call.flag(way === 'up' ? 'down' : 'up')) continue;
    const tree = drawTree(graph, way, color);
    lines.push(
      '',
      title,
      ...(tree.length === 0 ? [paint(color, 'dim', 'nothing that is known')] : tree),
    );
  }
  if (graph.left > 0)
    lines.push(
      '',
      `${count(graph.left, 'more thing')} not shown: these are the nearest, and what leads to registered versions. --limit shows more.`,
    );
  else if (graph.deeper) lines.push('', 'There is more further on: --depth goes further.');
  return `${lines.join('\n')}\n`;
}
