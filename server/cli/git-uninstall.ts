import { DONE, type Command } from './command.js';
import { removeAttributes } from './git-attributes.js';
import { removeSettings } from './git-config.js';
import { editGitFile } from './git-edit.js';
import { ask, findGitFiles } from './git-files.js';

/** Where git keeps the texts that it got of `git-textconv`. */
const CACHE = 'refs/notes/textconv/cellar';

export const gitUninstall: Command = {
  summary: 'Take away what git-install set',
  usage: '[--global]',
  options: { global: { kind: 'boolean', help: 'what "git-install --global" set' } },
  arguments: [0, 0],
  run: async (context, call) => {
    const { config, attributes } = await findGitFiles(context, call.flag('global'));
    const changed = [
      await editGitFile(config, without(removeSettings)),
      await editGitFile(attributes, without(removeAttributes)),
    ].includes(true);
    if (!call.flag('global')) await ask(context.cwd, ['update-ref', '-d', CACHE]);
    const words = changed
      ? `${config}\n${attributes}\ncleared.`
      : 'Nothing of Cellar is installed.';
    const body = { status: 'ok', changed, config, attributes };
    context.out(call.json ? `${JSON.stringify(body)}\n` : `${words}\n`);
    return DONE;
  },
};

/** What is left; no file where nothing is left of one that ended in a newline: that one git-install made. */
function without(
  remove: (text: string) => string,
): (text: string | undefined) => string | undefined {
  return (text) => {
    if (text === undefined) return undefined;
    const rest = remove(text);
    return rest === '' && text.endsWith('\n') ? undefined : rest;
  };
}
