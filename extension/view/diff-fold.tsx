import { memo, type JSX } from 'react';

import type { CellChange } from '../../contract/diff.js';
import type { DiffItem } from '../model/compare-items.js';
import type { PlainCell } from '../model/notebook-text.js';
import { formatCount } from '../model/words.js';
import { cellName } from './cell-words.js';
import { Icon } from './icons.js';
import { QuietSource } from './quiet-source.js';

type FoldItem = Extract<DiffItem, { kind: 'fold' }>;

/** Cells that show no change as one line; opened, their sources as the base has them. */
export const FoldView = memo(function FoldView(props: {
  readonly item: FoldItem;
  readonly language: string;
  readonly baseCells: readonly PlainCell[] | undefined;
  readonly onToggle: (key: string) => void;
}): JSX.Element {
  const { item, language, baseCells, onToggle } = props;
  return (
    <div className="cellar-Folded">
      <button
        type="button"
        aria-expanded={item.open}
        onClick={() => {
          onToggle(item.key);
        }}
      >
        <Icon name={item.open ? 'expand' : 'right'} />
        {formatCount(item.cells.length, 'unchanged cell')}
      </button>
      {item.open
        ? item.cells.map((change, at) => (
            <SameCell key={at} change={change} language={language} baseCells={baseCells} />
          ))
        : null}
    </div>
  );
});

function SameCell(props: {
  readonly change: CellChange;
  readonly language: string;
  readonly baseCells: readonly PlainCell[] | undefined;
}): JSX.Element {
  const { change, language, baseCells } = props;
  const cell = baseCells?.[change.base[0] ?? -1];
  return (
    <article className="cellar-Cell cellar-mod-same" aria-label={`${cellName(change)}, unchanged`}>
      <header className="cellar-Cell-head">
        <span className="cellar-quiet">{cellName(change)}</span>
      </header>
      {cell === undefined ? (
        <p className="cellar-Note" role="status">
          Loading…
        </p>
      ) : (
        <QuietSource
          text={cell.source}
          language={change.cellType === 'code' ? language : ''}
          whole
        />
      )}
    </article>
  );
}
