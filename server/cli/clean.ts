import { resolve } from 'node:path';

import { CellarError } from '../errors.js';
import {
  cleanNotebook,
  DEFAULT_STRIPS,
  STRIPS,
  type CleanOptions,
  type Strip,
} from '../notebook/clean.js';
import { DONE, FAILED, NO, type Call, type Command, type Context, type Option } from './command.js';
import { listed, oneOf } from './diff-style.js';
import { writeMerged } from './merge-files.js';
import { getFile } from './read-file.js';

const KINDS = Object.keys(STRIPS) as Strip[];

/** The options that say what is taken out. */
export const STRIP_OPTIONS: Readonly<Record<string, Option>> = {
  strip: {
    kind: 'string',
    value: 'KIND',
    repeats: true,
    help: `what is taken out, of ${KINDS.join(', ')} (default: ${DEFAULT_STRIPS.join(',')})`,
  },
  keep: {
    kind: 'string',
    value: 'NAME',
    repeats: true,
    help: 'a name in the metadata that stays',
  },
};

export const clean: Command = {
  summary: 'Take out of notebooks what differs from run to run, in place or as a filter',
  usage: '[FILE...] [--strip KIND[,KIND]] [--keep NAME] [--check]',
  options: {
    ...STRIP_OPTIONS,
    check: { kind: 'boolean', help: 'write nothing; exit with 1 when something would be' },
  },
  arguments: [0, 10_000],
  run: async (context, call) => {
    const options = toCleanOptions(call);
    return call.arguments.length === 0
      ? filter(context, call, options)
      : cleanFiles(context, call, options);
  },
};

/** Reads --strip and --keep. Throws bad_request for an unknown kind. */
export function toCleanOptions(call: Call): CleanOptions {
  const asked = listed(call, 'strip').map((kind) => oneOf('strip', kind, KINDS));
  return { strip: asked.length === 0 ? DEFAULT_STRIPS : asked, keep: listed(call, 'keep') };
}

/** From standard input to standard output, for git's `filter.…clean`. */
async function filter(context: Context, call: Call, options: CleanOptions): Promise<number> {
  const bytes = await context.input();
  const cleaned = cleanNotebook(bytes, options, { path: 'standard input' });
  if (call.flag('check')) return cleaned === bytes ? DONE : NO;
  context.out(cleaned);
  return DONE;
}

/** Each file in place; one that is no notebook stops no other. */
async function cleanFiles(context: Context, call: Call, options: CleanOptions): Promise<number> {
  const files: { readonly path: string; readonly changed: boolean }[] = [];
  const errors: CellarError[] = [];
  for (const path of call.arguments)
    try {
      const place = resolve(context.cwd, path);
      const bytes = await getFile(place, path);
      const cleaned = cleanNotebook(bytes, options, { path });
      const changed = cleaned !== bytes;
      if (changed && !call.flag('check')) await writeMerged(place, cleaned);
      files.push({ path, changed });
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
      errors.push(error);
    }
  report(context, call, { files, errors });
  if (errors.length > 0) return FAILED;
  return call.flag('check') && files.some(({ changed }) => changed) ? NO : DONE;
}

function report(
  context: Context,
  call: Call,
  {
    files,
    errors,
  }: {
    readonly files: readonly { readonly path: string; readonly changed: boolean }[];
    readonly errors: readonly CellarError[];
  },
): void {
  for (const error of errors) context.say(`cellar: ${error.message}`);
  if (call.json) {
    const body = errors[0]?.toBody() ?? { status: 'ok' };
    context.out(`${JSON.stringify({ ...body, files })}\n`);
    return;
  }
  const word = call.flag('check') ? 'would be cleaned' : 'cleaned';
  for (const { path, changed } of files) if (changed) context.out(`${path}: ${word}\n`);
}
