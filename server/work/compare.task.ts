import type { NotebookDiff } from '../../contract/diff.js';
import { diffNotebooks } from '../notebook/diff.js';
import { parseNotebook } from '../notebook/read.js';
import { findValue } from '../notebook/values.js';
import type { COMPARE } from './compare-task.js';
import { toMovable, type RunOf } from './task.js';
import { packValues } from './values.js';

export const run: RunOf<typeof COMPARE> = ({ base, head, show, coarse }) => {
  const left = parseNotebook(base.bytes, { side: 'base', path: base.path });
  const right = parseNotebook(head.bytes, { side: 'head', path: head.path });
  const result = diffNotebooks(left, right, { show, coarse });
  const values = packValues(
    refsOf(result),
    (hash) => findValue(right, hash) ?? findValue(left, hash),
  );
  const diff = toMovable(new TextEncoder().encode(JSON.stringify(result)));
  const packed = toMovable(values.bytes);
  return {
    value: { diff, values: { ...values, bytes: packed } },
    transfer: [diff.buffer, packed.buffer],
  };
};

function* refsOf({ changes }: NotebookDiff) {
  for (const { outputs } of changes)
    for (const { parts } of outputs)
      for (const { base, head } of parts) {
        yield head;
        yield base;
      }
}
