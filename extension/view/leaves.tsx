import type { JSX } from 'react';

import type { Leaf } from '../../contract/diff.js';
import { formatCount } from '../model/words.js';

/** Changed leaves of a JSON value: where, what it was, what it is. */
export function Leaves(props: {
  readonly leaves: readonly Leaf[];
  readonly leftOut?: number;
  readonly label: string;
}): JSX.Element {
  const { leaves, leftOut = 0, label } = props;
  return (
    <>
      <table className="cellar-Leaves" aria-label={label}>
        <tbody>
          {leaves.map(({ path, base, head }) => (
            <tr key={path}>
              <th scope="row">{readablePath(path)}</th>
              <td>{base === undefined ? null : <del>{base}</del>}</td>
              <td>{head === undefined ? null : <ins>{head}</ins>}</td>
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

/** A JSON Pointer (RFC 6901) as people write a path: "a › b › 0"; the whole value is "(all)". */
function readablePath(pointer: string): string {
  if (pointer === '') return '(all)';
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join(' › ');
}
