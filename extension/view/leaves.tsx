import type { JSX } from 'react';

import type { Leaf } from '../../contract/diff.js';
import { readablePath } from '../model/json-tree.js';
import { formatCount } from '../model/words.js';
import { RevealedText } from './revealed-text.js';

/** Changed leaves of a JSON value: where, what it was, what it is. `signal` holds the paths that are no noise; absent: all. */
export function Leaves(props: {
  readonly leaves: readonly Leaf[];
  readonly leftOut?: number;
  readonly label: string;
  readonly signal?: ReadonlySet<string> | undefined;
  /** All of it is noise. */
  readonly noise?: boolean;
}): JSX.Element {
  const { leaves, leftOut = 0, label, signal, noise = false } = props;
  return (
    <>
      <table className="cellar-Leaves" aria-label={label}>
        <tbody>
          {leaves.map((leaf) => (
            <tr
              key={leaf.path}
              className={
                noise || (signal !== undefined && !signal.has(leaf.path))
                  ? 'cellar-mod-noise'
                  : undefined
              }
            >
              <th scope="row">{readablePath(leaf.path)}</th>
              <td>
                <LeafValues leaf={leaf} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {leftOut === 0 ? null : (
        <p className="cellar-Note">{`and ${formatCount(leftOut, 'more difference')}`}</p>
      )}
    </>
  );
}

/** What a leaf was and what it is; a side that is missing was not there. */
export function LeafValues({ leaf }: { readonly leaf: Leaf }): JSX.Element {
  const { base, head } = leaf;
  return (
    <span className="cellar-Values">
      {base === undefined ? null : (
        <del>
          <RevealedText text={base} />
        </del>
      )}
      {base === undefined || head === undefined ? null : (
        <span className="cellar-quiet" aria-label="became">
          {' \u2192 '}
        </span>
      )}
      {head === undefined ? null : (
        <ins>
          <RevealedText text={head} />
        </ins>
      )}
    </span>
  );
}
