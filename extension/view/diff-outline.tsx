import type { JSX } from 'react';

import type { CompareModel } from '../model/compare.js';
import { describeCell } from './cell-words.js';
import { useStore } from './use-store.js';

/** The whole diff as a narrow strip of marks, one for each change; a mark leads to its change. */
export function DiffOutline({ model }: { readonly model: CompareModel }): JSX.Element {
  const { items, current } = useStore(model);
  return (
    <nav className="cellar-Outline" aria-label="Changes">
      {items.map((item) => {
        if (item.kind === 'fold')
          return (
            <span
              key={item.key}
              className="cellar-Outline-fold"
              style={{ flexGrow: Math.min(12, item.cells.length) }}
            />
          );
        const label =
          item.kind === 'metadata' ? 'Notebook metadata, modified' : describeCell(item.change);
        const look = item.kind === 'metadata' ? 'modified' : item.change.kind;
        return (
          <button
            key={item.key}
            type="button"
            className={`cellar-mod-${look}`}
            aria-label={label}
            aria-current={item.key === current}
            title={label}
            onClick={() => {
              model.goTo(item.key);
            }}
          />
        );
      })}
    </nav>
  );
}
