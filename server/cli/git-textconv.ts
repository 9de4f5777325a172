import { resolve } from 'node:path';

import { parseNotebook } from '../notebook/read.js';
import { renderPlain } from '../notebook/render/plain.js';
import { CellarError } from '../errors.js';
import { DONE, type Command } from './command.js';
import { getFile } from './read-file.js';

export const gitTextconv: Command = {
  summary: 'Print a notebook as text for "git log -p" and "git show" (see git-install)',
  usage: 'FILE',
  options: {
    // git keeps what this prints for as long as the command is the same.
    form: { kind: 'string', value: 'N', help: 'the form of the text, which is in the command' },
  },
  arguments: [1, 1],
  run: async (context, call) => {
    const [path = ''] = call.arguments;
    const bytes = await getFile(resolve(context.cwd, path), path);
    try {
      context.out(renderPlain(parseNotebook(bytes, { path })));
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
      // A notebook that is none must not end `git log`: git shows it as the text that it is.
      context.out(bytes);
    }
    return DONE;
  },
};
