import type { JSX, MouseEvent } from 'react';

import { Icon, type IconName } from './icons.js';

/** A button that is an icon; its label is the tooltip and what screen readers say. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: MouseEvent<HTMLButtonElement>) => void;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      className="cellar-IconButton"
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-haspopup={props.expanded === undefined ? undefined : 'menu'}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** A button with words; `plain` looks like a link. */
export function TextButton(props: {
  readonly children: string;
  readonly onClick: () => void;
  readonly look?: 'plain' | 'accent';
  /** What it does, for a tooltip, where the words alone do not say. */
  readonly title?: string;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      className={`cellar-TextButton${props.look === undefined ? '' : ` cellar-mod-${props.look}`}`}
      title={props.title}
      aria-expanded={props.expanded}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
