import { useEffect, useRef, type JSX } from 'react';

import { IconButton } from './button.js';
import type { MergeLabels } from './merge-words.js';

/** The keys of the merge, with the sides by name. */
export function MergeHelp(props: {
  readonly labels: MergeLabels;
  readonly onClose: () => void;
}): JSX.Element {
  const { labels, onClose } = props;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
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
  return (
    <div
      ref={box}
      className="cellar-Help cellar-mod-wide"
      role="dialog"
      aria-label="Keys"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' && event.key !== '?') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <IconButton icon="close" label="Close" onClick={onClose} />
      <dl>
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
