import { useEffect, useRef, type JSX } from 'react';

import { IconButton } from './button.js';

/** A list of keys over the view, with what each does; it takes the focus and gives it back. */
export function KeysHelp(props: {
  readonly keys: readonly (readonly [key: string, words: string])[];
  readonly wide?: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const { keys, wide = false, onClose } = props;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <div
      ref={box}
      className={`cellar-Help${wide ? ' cellar-mod-wide' : ''}`}
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
