import type { AskedSide } from '../../contract/compare.js';
import { askedSideSchema } from '../../contract/compare.js';
import { COMMANDS } from './ids.js';
import { textArg, type Args, type Command } from './parts.js';

/**
 * Opens a comparison. `base` and `head` are sides as the server is asked for them, or ids of versions; with `path` in place of `head`
 * it is the notebook there as it stands. `show` lists kinds of noise.
 */
export const compare: Command = {
  id: COMMANDS.compare,
  label: () => 'Compare Versions',
  execute: async (parts, args) => {
    const base = sideArg(args, 'base');
    const path = textArg(args, 'path');
    const head = path === undefined ? sideArg(args, 'head') : ({ kind: 'now', path } as const);
    const show = listArg(args, 'show');
    await parts.openComparison({ base, head, ...(show === undefined ? {} : { show }) });
  },
};

function sideArg(args: Args, name: string): AskedSide {
  const value = args[name];
  if (typeof value === 'string') return { kind: 'snapshot', id: value };
  const read = askedSideSchema.safeParse(value);
  if (!read.success) throw new RangeError(`cellar:compare needs ${name}, a version or a side`);
  return read.data;
}

function listArg(args: Args, name: string): string[] | undefined {
  const value = args[name];
  if (!Array.isArray(value)) return undefined;
  return value.filter((each) => typeof each === 'string');
}
