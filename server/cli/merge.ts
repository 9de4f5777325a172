import { resolve } from 'node:path';

import type { MergeResult } from '../../contract/merge.js';
import { CellarError } from '../errors.js';
import { strictJson } from '../notebook/json.js';
import type { JsonObject } from '../notebook/json-value.js';
import { toMergeResult } from '../notebook/merge/result.js';
import { mergeWords } from '../notebook/merge/words.js';
import { DONE, NO, type Call, type Command, type Context } from './command.js';
import { mergeFiles, repairFile, writeMerged } from './merge-files.js';

const FORMATS = ['text', 'json'] as const;
const USAGE =
  'BASE LOCAL REMOTE [--output FILE] [--format text|json] | --repair FILE | --tool (FILE | BASE LOCAL REMOTE)';

export const merge: Command = {
  summary: 'Merge two notebooks that come of one',
  usage: USAGE,
  options: {
    output: {
      kind: 'string',
      short: 'o',
      value: 'FILE',
      help: 'write the merged notebook here (default: to standard output; with --repair: in place)',
    },
    format: { kind: 'string', value: 'F', help: 'text (default), or json' },
    repair: {
      kind: 'boolean',
      help: 'take one FILE in which git left its conflict markers, and merge its two sides',
    },
    tool: {
      kind: 'boolean',
      help: 'decide the conflicts in the browser; works as git mergetool',
    },
    'no-browser': { kind: 'boolean', help: 'with --tool: print the address only' },
  },
  arguments: [1, 3],
  run: async (context, call) => {
    if (call.flag('tool')) return (await import('./merge-tool.js')).mergeByHand(context, call);
    const json = isJson(call);
    if (call.arguments.length !== (call.flag('repair') ? 1 : 3))
      throw new CellarError('bad_request', `Usage: cellar merge ${USAGE}`);
    return call.flag('repair') ? repair(context, call, json) : mergeThree(context, call, json);
  },
};

function isJson(call: Call): boolean {
  const asked = call.text('format') ?? (call.json ? 'json' : 'text');
  const format = FORMATS.find((each) => each === asked);
  if (format === undefined)
    throw new CellarError('bad_request', `--format takes ${FORMATS.join(', ')}, not "${asked}".`);
  return format === 'json';
}

async function mergeThree(context: Context, call: Call, json: boolean): Promise<number> {
  const [base = '', local = '', remote = ''] = call.arguments.map((path) =>
    resolve(context.cwd, path),
  );
  const { plan, notebook, bytes } = await mergeFiles({ base, local, remote });
  const output = call.text('output');
  if (output !== undefined) await writeMerged(resolve(context.cwd, output), bytes);
  const result = toMergeResult(plan);
  if (json) context.out(`${toJson(result, output === undefined ? notebook : undefined)}\n`);
  else if (output === undefined) context.out(bytes);
  // The notebook has standard output to itself.
  const tell = toTold(context, !json && output !== undefined);
  for (const line of mergeWords(plan)) tell(line);
  return result.conflicts > 0 ? NO : DONE;
}

async function repair(context: Context, call: Call, json: boolean): Promise<number> {
  const [asked = ''] = call.arguments;
  const path = resolve(context.cwd, asked);
  const { plan, bytes, labels, hasBase } = await repairFile(path, asked);
  await writeMerged(resolve(context.cwd, call.text('output') ?? path), bytes);
  const result = toMergeResult(plan);
  if (json) context.out(`${toJson(result)}\n`);
  const tell = toTold(context, !json);
  const from = hasBase
    ? `base ${labels.base}`
    : 'what both have, as neither the markers nor git tell a base';
  tell(`local is ${labels.local}, remote is ${labels.remote}, over ${from}`);
  for (const line of mergeWords(plan)) tell(line);
  return result.conflicts > 0 ? NO : DONE;
}

/** Where words for people go: to standard output only where nothing else does. */
function toTold(context: Context, isFree: boolean): (line: string) => void {
  return (line) => {
    if (isFree) context.out(`${line}\n`);
    else context.say(line);
  };
}

/** One JSON object; the notebook within it keeps the text of every number that JSON has. */
function toJson(result: MergeResult, notebook?: JsonObject): string {
  const text = JSON.stringify(result);
  return notebook === undefined ? text : `${text.slice(0, -1)},"notebook":${strictJson(notebook)}}`;
}
