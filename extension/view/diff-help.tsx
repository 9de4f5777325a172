import { useEffect, useRef, type JSX } from 'react';

import { IconButton } from './button.js';
import { DIFF_KEYS } from './diff-keys.js';

const KEYS = [
  ...DIFF_KEYS,
  { key: 'Ctrl F', words: 'find: draws every cell first' },
  { key: '?', words: 'this help' },
  { key: 'Esc', words: 'close' },
];

/** The keys of the diff. */
export function DiffHelp({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus();
  }, []);
  return (
    <div
      ref={box}
      className="cellar-Help"
      role="dialog"
      aria-label="Keys"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' && event.key !== '?') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <IconButton icon="close" label="Close" onClick={onClose} />
      <dl>
        {KEYS.map(({ key, words }) => (
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
