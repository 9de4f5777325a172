import type { ValueRef } from '../../contract/diff.js';
import type { MergeView } from '../../contract/merge.js';
import { findMergeValue, toMergeView } from '../notebook/merge/result.js';
import { toPlan } from './merge-plan.js';
import type { VIEW_MERGE } from './merge-task.js';
import { toMovable, type RunOf } from './task.js';
import { packValues } from './values.js';

export const run: RunOf<typeof VIEW_MERGE> = ({ input, facts }) => {
  const { plan, labels } = toPlan(input);
  const label = (side: keyof MergeView['labels']): string =>
    facts.labels[side] ?? (labels[side] || side);
  const result = toMergeView(plan, {
    ...facts,
    labels: { base: label('base'), local: label('local'), remote: label('remote') },
  });
  const values = packValues(refsOf(result), (hash) => findMergeValue(plan, hash));
  const view = toMovable(new TextEncoder().encode(JSON.stringify(result)));
  const packed = toMovable(values.bytes);
  return {
    value: { view, values: { ...values, bytes: packed } },
    transfer: [view.buffer, packed.buffer],
  };
};

function* refsOf({ cells }: MergeView): Generator<ValueRef> {
  for (const { base, local, remote } of cells)
    for (const side of [local, remote, base]) yield* side?.outputs ?? [];
}
