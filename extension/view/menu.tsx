import { useEffect, useLayoutEffect, useRef, type JSX, type KeyboardEvent } from 'react';
import { createPortal } from 'react-dom';

/** One entry of a menu; `line` is a rule between groups. */
export type MenuEntry =
  | {
      readonly kind: 'action';
      readonly label: string;
      readonly run: () => void;
      readonly disabled?: boolean;
    }
  | { readonly kind: 'line' };

/** Where a menu opens, in pixels of the window. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** A pop-up menu at a place of the window. It takes the focus, gives it back, and closes on Escape, Tab or a press elsewhere. */
export function Menu(props: {
  readonly label: string;
  readonly place: MenuPlace;
  readonly entries: readonly MenuEntry[];
  readonly onClose: () => void;
}): JSX.Element {
  const { place, onClose } = props;
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${String(Math.max(4, Math.min(place.x, window.innerWidth - width - 4)))}px`;
    element.style.top = `${String(Math.max(4, Math.min(place.y, window.innerHeight - height - 4)))}px`;
    const before = document.activeElement;
    enabledItems(element)[0]?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [place]);

  useEffect(() => {
    const press = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === true) return;
      onClose();
    };
    document.addEventListener('pointerdown', press, true);
    window.addEventListener('resize', onClose);
    window.addEventListener('blur', onClose);
    return () => {
      document.removeEventListener('pointerdown', press, true);
      window.removeEventListener('resize', onClose);
      window.removeEventListener('blur', onClose);
    };
  }, [onClose]);

  return createPortal(
    <div
      ref={box}
      className="cellar cellar-Menu"
      role="menu"
      aria-label={props.label}
      onKeyDown={(event) => {
        onMenuKey(event, onClose);
      }}
    >
      {props.entries.map((entry, at) =>
        entry.kind === 'line' ? (
          <hr key={`line${String(at)}`} />
        ) : (
          <button
            key={entry.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            disabled={entry.disabled}
            onClick={() => {
              onClose();
              entry.run();
            }}
          >
            {entry.label}
          </button>
        ),
      )}
    </div>,
    document.body,
  );
}

function onMenuKey(event: KeyboardEvent<HTMLDivElement>, onClose: () => void): void {
  const items = enabledItems(event.currentTarget);
  const at = items.findIndex((item) => item === document.activeElement);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const next = steps[event.key];
  if (next !== undefined) items[next]?.focus();
  else if (event.key === 'Escape' || event.key === 'Tab') onClose();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function enabledItems(box: HTMLElement): readonly HTMLButtonElement[] {
  return [...box.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
}
