import type { JSX } from 'react';

import type { PartChange } from '../../contract/diff.js';
import { formatDelta } from '../model/number.js';
import { formatCount } from '../model/words.js';

type TablePart = Extract<PartChange, { type: 'table' }>;
type TableCell = TablePart['rows'][number]['cells'][number];

const ROW_WORDS = { ' ': '', '~': 'changed', '-': 'deleted', '+': 'added' } as const;
const ROW_SIGNS = { ' ': '', '~': '~', '-': '\u2212', '+': '+' } as const;
const ROW_LOOKS = { ' ': 'same', '~': 'modified', '-': 'deleted', '+': 'added' } as const;

/** A table compared: added and deleted rows and columns marked, changed cells with old and new value and the difference. */
export function TablePartView({ part }: { readonly part: TablePart }): JSX.Element {
  const { columns, rows, rowsLeftOut, changedCells } = part;
  return (
    <div className="cellar-TableBox">
      <table
        className="cellar-Table"
        aria-label={`Table, ${formatCount(changedCells, 'changed cell')}`}
      >
        <thead>
          <tr>
            <th className="cellar-Line-sign" />
            {columns.map(({ op, name }, at) => (
              <th key={at} className={`cellar-mod-${ROW_LOOKS[op]}`} title={ROW_WORDS[op]}>
                {op === ' ' ? name : `${ROW_SIGNS[op]} ${name}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ op, cells }, at) => (
            <tr key={at} className={`cellar-mod-${ROW_LOOKS[op]}`}>
              <td className="cellar-Line-sign" title={ROW_WORDS[op]}>
                {ROW_SIGNS[op]}
              </td>
              {cells.map((cell, column) => (
                <Cell key={column} cell={cell} op={columns[column]?.op ?? ' '} rowOp={op} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rowsLeftOut === 0 ? null : (
        <p className="cellar-Note">{`${formatCount(rowsLeftOut, 'row')} the same on both sides`}</p>
      )}
    </div>
  );
}

function Cell(props: {
  readonly cell: TableCell;
  readonly op: ' ' | '-' | '+';
  readonly rowOp: TablePart['rows'][number]['op'];
}): JSX.Element {
  const { base, head, delta } = props.cell;
  const column = `cellar-mod-${ROW_LOOKS[props.op]}`;
  if (
    props.rowOp !== '~' ||
    props.op !== ' ' ||
    base === undefined ||
    head === undefined ||
    base === head
  )
    return <td className={column}>{head ?? base}</td>;
  return (
    <td className="cellar-mod-modified">
      <del>{base}</del> <ins>{head}</ins>
      {delta === undefined ? null : <span className="cellar-quiet"> {formatDelta(delta)}</span>}
    </td>
  );
}
