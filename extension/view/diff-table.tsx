import { useMemo, type JSX } from 'react';

import { formatDelta } from '../model/number.js';
import { formatCount } from '../model/words.js';
import type { Beside, Part } from './diff-parts.js';
import { RevealedText } from './revealed-text.js';

type TablePart = Part<'table'>;
type TableCell = TablePart['rows'][number]['cells'][number];

const ROW_WORDS = { ' ': '', '~': 'changed', '-': 'deleted', '+': 'added' } as const;
const ROW_SIGNS = { ' ': '', '~': '~', '-': '\u2212', '+': '+' } as const;
const ROW_LOOKS = { ' ': 'same', '~': 'modified', '-': 'deleted', '+': 'added' } as const;

/** A table compared: added and deleted rows and columns marked, changed cells with old and new value and the difference. */
export function TablePartView(props: {
  readonly part: TablePart;
  readonly beside?: Beside<TablePart> | undefined;
}): JSX.Element {
  const { part, beside } = props;
  const { columns, rows, rowsLeftOut, changedCells } = part;
  const signal = useMemo(
    () => (beside === undefined ? undefined : changesOf(beside.quiet)),
    [beside],
  );
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
              <th
                key={at}
                scope="col"
                className={`cellar-mod-${ROW_LOOKS[op]}`}
                title={ROW_WORDS[op]}
              >
                <RevealedText text={op === ' ' ? name : `${ROW_SIGNS[op]} ${name}`} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ op, cells }, at) => (
            <tr key={at} className={`cellar-mod-${ROW_LOOKS[op]}`}>
              <td className="cellar-Line-sign" title={ROW_WORDS[op]} aria-label={ROW_WORDS[op]}>
                {ROW_SIGNS[op]}
              </td>
              {cells.map((cell, column) => (
                <Cell
                  key={column}
                  cell={cell}
                  op={columns[column]?.op ?? ' '}
                  rowOp={op}
                  noise={signal !== undefined && !signal.has(changeOf(cell))}
                />
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
  readonly noise: boolean;
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
    return (
      <td className={column}>
        <RevealedText text={head ?? base ?? ''} />
      </td>
    );
  return (
    <td className={`cellar-mod-modified${props.noise ? ' cellar-mod-noise' : ''}`}>
      <del>
        <RevealedText text={base} />
      </del>
      <span className="cellar-quiet" aria-label="became">
        {' \u2192 '}
      </span>
      <ins>
        <RevealedText text={head} />
      </ins>
      {delta === undefined ? null : <span className="cellar-quiet"> {formatDelta(delta)}</span>}
    </td>
  );
}

/** The changes of cells in a table, to be found again in the same table with noise. */
function changesOf(table: TablePart | undefined): ReadonlySet<string> {
  return new Set(table?.rows.flatMap(({ cells }) => cells.map(changeOf)));
}

function changeOf({ base, head }: TableCell): string {
  return JSON.stringify([base, head]);
}
