import type { JSX } from 'react';

import { KeysHelp } from './keys-help.js';
import type { MergeLabels } from './merge-words.js';

/** The keys of the merge, with the sides by name. */
export function MergeHelp(props: {
  readonly labels: MergeLabels;
  readonly onClose: () => void;
}): JSX.Element {
  const { labels, onClose } = props;
  const keys = [
    ['n', 'next conflict'],
    ['p', 'previous conflict'],
    ['1', `take ${labels.local} (left)`],
    ['2', `take ${labels.remote} (right)`],
    ['3', 'take both, the left one first'],
    ['0', `take ${labels.base}, as it was before`],
    ['e', 'edit the cell by hand'],
    ['Ctrl-Enter', 'finish editing'],
    ['Escape', 'leave editing'],
    ['u, Ctrl-Z', 'undo'],
    ['Ctrl-Shift-Z', 'redo'],
    ['b', `show ${labels.base} or not`],
    ['c', 'only conflicts, or all changes'],
    ['s', 'save'],
    ['?', 'this help'],
  ] as const;
  return <KeysHelp keys={keys} wide onClose={onClose} />;
}
