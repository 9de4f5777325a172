import { useEffect, useRef, type JSX } from 'react';

import { IconButton } from './button.js';

const KEYS = [
  ['n', 'next change'],
  ['p', 'previous change'],
  ['j', 'next cell'],
  ['k', 'previous cell'],
  ['o', 'outputs on or off'],
  ['m', 'metadata on or off'],
  ['u', 'split or unified'],
  ['e', 'show or fold all unchanged cells'],
  ['?', 'this help'],
] as const;

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
        {KEYS.map(([key, words]) => (
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
