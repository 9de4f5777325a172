import { useCallback, useMemo, type JSX } from 'react';

import type { DiffItem } from '../model/compare-items.js';
import type { CompareModel } from '../model/compare.js';
import { CellView } from './diff-cell.js';
import { FoldView } from './diff-fold.js';
import type { PartContext } from './diff-parts.js';
import { Leaves } from './leaves.js';
import { useStore } from './use-store.js';

/** One block of a diff: a cell that differs, cells that do not, or the notebook's own metadata. */
export function BlockView(props: {
  readonly item: DiffItem;
  readonly model: CompareModel;
  /** Too narrow for two columns. */
  readonly narrow: boolean;
}): JSX.Element | null {
  const { item, model, narrow } = props;
  const { comparison, choices, baseCells, noisy } = useStore(model);
  const { pictures } = choices;
  const layout = narrow ? 'unified' : choices.layout;
  const context = useMemo<PartContext>(
    () => ({
      layout,
      pictures,
      onPictures: (mode) => {
        model.choose({ pictures: mode });
      },
      load: (hash, signal) => model.value(hash, signal),
    }),
    [layout, pictures, model],
  );
  const toggle = useCallback(
    (key: string) => {
      model.toggleFold(key);
    },
    [model],
  );
  const language = comparison?.diff.language ?? '';
  switch (item.kind) {
    case 'fold':
      return <FoldView item={item} language={language} baseCells={baseCells} onToggle={toggle} />;
    case 'metadata':
      return (
        <article
          className="cellar-Cell cellar-mod-modified"
          aria-label="Notebook metadata, modified"
        >
          <header className="cellar-Cell-head">
            <span className="cellar-Cell-word">notebook metadata</span>
          </header>
          <Leaves leaves={item.leaves} label="Notebook metadata" signal={item.signal} />
        </article>
      );
    case 'change':
      return (
        <CellView
          change={item.change}
          switches={choices}
          language={language}
          context={context}
          baseCells={baseCells}
          noise={noisy.get(item.key)}
        />
      );
  }
}
