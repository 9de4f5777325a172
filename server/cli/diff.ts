import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Side } from '../../contract/errors.js';
import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError, isErrno } from '../errors.js';
import { diffNotebooks } from '../notebook/diff.js';
import { renderHtml } from '../notebook/html.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { renderText } from '../notebook/text.js';
import { DONE, FAILED, NO, type Call, type Command, type Context } from './command.js';
import { readRevision } from './git-revision.js';
import { withOwner } from './with-owner.js';

const FORMATS = ['text', 'json', 'html'] as const;

export const diff: Command = {
  summary: 'Show what changed between two notebooks',
  usage: 'BASE HEAD [--format text|json|html] [--exit-code] [--git]',
  options: {
    format: {
      kind: 'string',
      value: 'F',
      help: 'text (default), json, or html (one file to keep or send)',
    },
    'exit-code': { kind: 'boolean', help: 'exit with 1 when there are differences' },
    git: {
      kind: 'boolean',
      help: 'a side may be REVISION[:path] of the surrounding git repository',
    },
  },
  arguments: [2, 2],
  run: async (context, call) => {
    const format = toFormat(call);
    const [left = '', right = ''] = call.arguments;
    let base: Notebook;
    let head: Notebook;
    try {
      base = await readSide(context, call, { asked: left, other: right, side: 'base' });
      head = await readSide(context, call, { asked: right, other: left, side: 'head' });
    } catch (error) {
      if (format !== 'json' || !(error instanceof CellarError)) throw error;
      context.out(`${JSON.stringify(error.toBody())}\n`);
      context.say(`cellar: ${error.message}`);
      return FAILED;
    }
    const result = diffNotebooks(base, head);
    if (format === 'json') context.out(`${JSON.stringify(result)}\n`);
    else if (format === 'html')
      context.out(renderHtml(result, base, head, { title: `${left} → ${right}` }));
    else {
      const { color, width } = context;
      context.out(renderText(result, { color, width, base, head }));
    }
    return call.flag('exit-code') && isDifferent(result) ? NO : DONE;
  },
};

function toFormat(call: Call): (typeof FORMATS)[number] {
  const asked = call.text('format') ?? (call.json ? 'json' : 'text');
  const format = FORMATS.find((each) => each === asked);
  if (format === undefined)
    throw new CellarError('bad_request', `--format takes ${FORMATS.join(', ')}, not "${asked}".`);
  return format;
}

function isDifferent(result: ReturnType<typeof diffNotebooks>): boolean {
  const { unchanged: _, ...changed } = result.cells;
  return result.notebook_metadata_changed || Object.values(changed).some((count) => count > 0);
}

interface AskedSide {
  readonly asked: string;
  /** The other side, as it was asked for. */
  readonly other: string;
  readonly side: Side;
}

async function readSide(context: Context, call: Call, which: AskedSide): Promise<Notebook> {
  const { asked, side } = which;
  try {
    return parseNotebook(await readBytes(context, call, which), { side, path: asked });
  } catch (error) {
    if (!(error instanceof CellarError) || error.facts.side !== undefined) throw error;
    throw new CellarError(error.code, error.message, { ...error.facts, side }, { cause: error });
  }
}

/** A side is a file, a snapshot's id, `ID:path`, or with --git a revision; a file that exists wins. */
async function readBytes(
  context: Context,
  call: Call,
  { asked, other }: AskedSide,
): Promise<Buffer> {
  const file = await findFile(resolve(context.cwd, asked), asked);
  if (file !== undefined) return file;
  if (call.flag('git'))
    // A revision alone means the other side's file as it was then.
    return readRevision(context.cwd, asked.includes(':') ? asked : `${asked}:${pathOf(other)}`);
  const [, id, path] = /^([0-9a-zA-Z]{1,26})(?::(.+))?$/.exec(asked) ?? [];
  if (id === undefined)
    throw new CellarError('not_found', `There is no file ${asked}, and it is no snapshot's id.`, {
      path: asked,
    });
  try {
    return await withOwner(context, call.root, (owner) =>
      owner.bytes({ path: pathTo('snapshotNotebook', { id }), query: { path } }),
    );
  } catch (error) {
    if (!(error instanceof CellarError) || !['not_found', 'store_missing'].includes(error.code))
      throw error;
    throw new CellarError('not_found', `There is no file and no snapshot ${asked}.`, {
      path: asked,
    });
  }
}

/** The path in "REV:path"; all of anything else. */
function pathOf(asked: string): string {
  return asked.slice(asked.indexOf(':') + 1);
}

async function findFile(path: string, asked: string): Promise<Buffer | undefined> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory())
      throw new CellarError('not_a_notebook', `${asked} is a folder.`, { path: asked });
    if (facts.size > MAX_NOTEBOOK_BYTES)
      throw new CellarError(
        'too_large',
        `${asked} has ${facts.size} bytes; at most ${MAX_NOTEBOOK_BYTES} are read.`,
        {
          path: asked,
        },
      );
    return await readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (isErrno(error, 'EACCES', 'EPERM'))
      throw new CellarError('forbidden', `${asked} cannot be read: permission denied.`, {
        path: asked,
      });
    throw error;
  }
}
