import type { KeyboardEvent } from 'react';

import type { CompareModel } from '../model/compare.js';

/** One key of the diff, what it does in words, and what it does. */
interface DiffKey {
  readonly key: string;
  readonly words: string;
  readonly run: (model: CompareModel) => void;
}

/** The keys of the diff, in the order in which the help lists them. */
export const DIFF_KEYS: readonly DiffKey[] = [
  { key: 'n', words: 'next change', run: (model) => model.move(1) },
  { key: 'p', words: 'previous change', run: (model) => model.move(-1) },
  { key: 'j', words: 'next cell', run: (model) => model.move(1, true) },
  { key: 'k', words: 'previous cell', run: (model) => model.move(-1, true) },
  {
    key: 'o',
    words: 'outputs on or off',
    run: (model) => model.choose({ outputs: !model.state.choices.outputs }),
  },
  {
    key: 'm',
    words: 'metadata on or off',
    run: (model) => model.choose({ metadata: !model.state.choices.metadata }),
  },
  { key: 'x', words: 'noise on or off', run: (model) => void model.toggleNoise() },
  {
    key: 'u',
    words: 'split or unified',
    run: (model) =>
      model.choose({ layout: model.state.choices.layout === 'split' ? 'unified' : 'split' }),
  },
  { key: 'e', words: 'show or fold all unchanged cells', run: (model) => model.toggleAll() },
  { key: 's', words: 'swap the two sides', run: (model) => void model.swap() },
];

/** Runs what a key stands for; false when it stands for nothing here, or a field has the focus. */
export function onDiffKey(event: KeyboardEvent, model: CompareModel): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return false;
  const found = DIFF_KEYS.find(({ key }) => key === event.key);
  found?.run(model);
  return found !== undefined;
}

/** Whether an element takes letters; check boxes and sliders do not. */
export function isField(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox], [type=range]), select, textarea') !== null
  );
}

/** Whether a key opens the browser's own search. */
export function isFind(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'f';
}
