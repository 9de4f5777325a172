import { createStore } from '../store/create.js';
import { toPlaces } from '../store/places.js';
import { DONE, type Command } from './command.js';

export const init: Command = {
  summary: 'Make the store of a workspace',
  usage: '',
  options: {},
  arguments: [0, 0],
  run: async (context, call) => {
    const created = await createStore(toPlaces(call.root), Date.now());
    if (call.json) context.out(`${JSON.stringify({ status: 'ok', root: call.root, created })}\n`);
    else
      context.out(
        created
          ? `Versions of the notebooks in ${call.root} are kept in .cellar from now on.\n`
          : `${call.root} has a store already.\n`,
      );
    return DONE;
  },
};
