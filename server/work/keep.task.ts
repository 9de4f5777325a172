import { keepBytes } from '../notebook/editor.js';
import type { KEEP } from './keep-task.js';
import { toMovable, type RunOf } from './task.js';

export const run: RunOf<typeof KEEP> = ({ file, content }) => {
  const bytes = toMovable(keepBytes(file, content));
  return { value: bytes, transfer: [bytes.buffer] };
};
