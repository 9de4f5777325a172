import { pinnedSchema } from '../../../contract/retention.js';
import { getSnapshot } from '../../history/history.js';
import { setPin } from '../../history/pin.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Keeping a snapshot for ever, and letting it be like the others again. */
export function pinOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;

  const set = async (prefix: string, pinned: boolean): Promise<{ id: string; pinned: boolean }> => {
    const id = await setPin(parts.history, prefix, pinned);
    parts.events.emit({ kind: 'notebook', notebook: (await getSnapshot(store, id)).notebook });
    return { id, pinned };
  };

  return [
    jsonOperation({
      method: 'put',
      route: 'pin',
      summary: 'Keep a snapshot for ever',
      grants: [],
      answer: pinnedSchema,
      run: ({ param }) => set(param('id'), true),
    }),
    jsonOperation({
      method: 'delete',
      route: 'pin',
      summary: "Take a snapshot's pin off",
      grants: [],
      answer: pinnedSchema,
      run: ({ param }) => set(param('id'), false),
    }),
  ];
}
