import type { JSX, ReactNode } from 'react';

import type { ValueRef } from '../../contract/diff.js';

/** A value of each side next to each other; a side that was not there is left out. */
export function SideBySide(props: {
  readonly base?: ValueRef;
  readonly head?: ValueRef;
  readonly children: (value: ValueRef, side: 'base' | 'head') => ReactNode;
}): JSX.Element {
  const { base, head, children } = props;
  const both = base !== undefined && head !== undefined;
  return (
    <div className={`cellar-Sides${both ? ' cellar-mod-both' : ''}`}>
      {base === undefined ? null : (
        <figure className="cellar-Side cellar-mod-deleted">
          <figcaption>{both ? 'before' : 'deleted'}</figcaption>
          {children(base, 'base')}
        </figure>
      )}
      {head === undefined ? null : (
        <figure className="cellar-Side cellar-mod-added">
          <figcaption>{both ? 'after' : 'added'}</figcaption>
          {children(head, 'head')}
        </figure>
      )}
    </div>
  );
}
