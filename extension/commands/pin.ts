import { COMMANDS } from './ids.js';
import { isWritable, textArg, type Command } from './parts.js';
import { tellFailure } from './tell.js';

/** Keeps the version `id` for ever, or takes its pin off when `pinned` is "false". */
export const pin: Command = {
  id: COMMANDS.pin,
  label: () => 'Keep a Version for Ever',
  isEnabled: isWritable,
  execute: async (parts, args) => {
    const id = textArg(args, 'id');
    if (id === undefined) throw new RangeError('cellar:pin needs id, a version');
    try {
      await parts.client.pin(id, textArg(args, 'pinned') !== 'false');
    } catch (error) {
      tellFailure('The pin was not changed.', error);
    }
  },
};
