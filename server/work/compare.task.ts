import type { NotebookDiff, ValueRef } from '../../contract/diff.js';
import type { NoisePattern } from '../../contract/workspace.js';
import { diffNotebooks } from '../notebook/diff.js';
import type { PersonalRule } from '../notebook/noise.js';
import { parseNotebook } from '../notebook/read.js';
import { findValue } from '../notebook/values.js';
import type { COMPARE } from './compare-task.js';
import { toMovable, type RunOf } from './task.js';
import { packValues } from './values.js';

export const run: RunOf<typeof COMPARE> = async ({ base, head, show, patterns, coarse }) => {
  const left = parseNotebook(base.bytes, { side: 'base', path: base.path });
  const right = parseNotebook(head.bytes, { side: 'head', path: head.path });
  const result = diffNotebooks(left, right, { show, coarse, patterns: await compile(patterns) });
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

/** The matcher takes a while to load, and most people have no patterns. */
async function compile(patterns: readonly NoisePattern[]): Promise<readonly PersonalRule[]> {
  if (patterns.length === 0) return [];
  const { compilePatterns } = await import('../notebook/patterns.js');
  return compilePatterns(patterns);
}

function* refsOf({ changes }: NotebookDiff): Generator<ValueRef | undefined> {
  for (const { outputs } of changes)
    for (const { parts } of outputs)
      for (const { base, head } of parts) {
        yield head;
        yield base;
      }
}
