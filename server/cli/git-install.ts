import { toCleanOptions } from './clean.js';
import { DONE, type Call, type Command, type Context } from './command.js';
import { addAttributes, findOthers } from './git-attributes.js';
import { addSettings, toSettings, type Setting } from './git-config.js';
import { editGitFile, readText } from './git-edit.js';
import { ask, findGitFiles } from './git-files.js';

export const gitInstall: Command = {
  summary: 'Have git show and merge notebooks by Cellar, in this repository or in all',
  usage: '[--global] [--clean [--strip KIND[,KIND]]]',
  options: {
    global: { kind: 'boolean', help: 'for all repositories of this person' },
    clean: {
      kind: 'boolean',
      help: 'also keep what "cellar clean" takes out from being committed',
    },
    strip: {
      kind: 'string',
      value: 'KIND',
      repeats: true,
      help: 'with --clean: what is taken out (see "cellar clean --help")',
    },
  },
  arguments: [0, 0],
  run: async (context, call) => {
    const files = await findGitFiles(context, call.flag('global'));
    const clean = wantsClean(call) ? toCleanOptions(call).strip : undefined;
    const strip = clean === undefined ? undefined : [clean.join(',')];
    const settings = toSettings({ program: context.program, clean: strip });
    const notes = [
      ...(await replacedSettings(context, call.flag('global'), settings)),
      ...findOthers((await readText(files.attributes)) ?? '').map(
        (line) => `${files.attributes}: "${line}" stays, and is overridden for *.ipynb`,
      ),
    ];
    const changed = [
      await editGitFile(files.config, (text) => addSettings(text, settings)),
      await editGitFile(files.attributes, (text) => addAttributes(text, clean !== undefined)),
    ];
    report(context, call, { files, changed: changed.includes(true), notes });
    return DONE;
  },
};

function wantsClean(call: Call): boolean {
  return call.flag('clean') || call.text('strip') !== undefined;
}

/** What the same names were set to before, where that was something else: it is said, since it is gone. */
async function replacedSettings(
  { cwd }: Context,
  isGlobal: boolean,
  settings: readonly Setting[],
): Promise<string[]> {
  const notes: string[] = [];
  for (const { section, key, value } of settings) {
    const name = `${section}.cellar.${key}`;
    const scope = isGlobal ? '--global' : '--local';
    const before = await ask(cwd, ['config', scope, '--get', name]);
    if (before !== undefined && before !== value) notes.push(`${name} was ${before}`);
  }
  return notes;
}

function report(
  context: Context,
  call: Call,
  result: {
    readonly files: { readonly config: string; readonly attributes: string };
    readonly changed: boolean;
    readonly notes: readonly string[];
  },
): void {
  const { files, changed, notes } = result;
  if (call.json) {
    const { config, attributes } = files;
    context.out(`${JSON.stringify({ status: 'ok', changed, config, attributes, notes })}\n`);
    return;
  }
  const lines = changed
    ? [
        `${files.config}: drivers for diff and merge, difftool and mergetool "cellar"`,
        `${files.attributes}: *.ipynb goes to them`,
        ...notes,
        '"cellar git-uninstall" takes this away again.',
      ]
    : ['Installed already.'];
  context.out(`${lines.join('\n')}\n`);
}
