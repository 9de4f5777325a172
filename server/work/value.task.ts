import { parseNotebook } from '../notebook/read.js';
import { findValue } from '../notebook/values.js';
import { toMovable, type RunOf } from './task.js';
import type { FIND_VALUE } from './value-task.js';

export const run: RunOf<typeof FIND_VALUE> = ({ notebooks, hash }) => {
  for (const { bytes, path } of notebooks) {
    const found = findValue(parseNotebook(bytes, { path }), hash);
    if (found === undefined) continue;
    const text = toMovable(new TextEncoder().encode(found.text));
    return { value: text, transfer: [text.buffer] };
  }
  return { value: undefined, transfer: [] };
};
