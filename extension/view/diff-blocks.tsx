import { useEffect, useLayoutEffect, useRef, type JSX } from 'react';

import type { DiffItem } from '../model/compare-items.js';
import type { CompareModel } from '../model/compare.js';
import { BlockView } from './diff-block.js';
import { Empty } from './states.js';
import { useNarrow } from './use-narrow.js';
import { useBlocks } from './use-blocks.js';
import { useStore } from './use-store.js';

/** Pixels below which two columns of code hold too little of a line. */
const NARROW = 520;

/** The blocks of a diff. Only those near the window are in the document, unless all were asked for. */
export function DiffBlocks({ model }: { readonly model: CompareModel }): JSX.Element {
  const { items, current, changes, whole, noise } = useStore(model);
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useNarrow(scroller, NARROW);
  const virtual = useBlocks(scroller, { items, estimate, gap: 12 });
  useEffect(() => {
    const at = items.findIndex(({ key }) => key === current);
    if (at < 0) return;
    if (whole) blockAt(scroller.current, at)?.scrollIntoView({ block: 'start' });
    else virtual.scrollToIndex(at, { align: 'start' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a move scrolls, not a fold that opens
  }, [current]);
  const first = virtual.range?.startIndex ?? 0;
  useLayoutEffect(() => {
    // What was in sight stays there: the real heights are not those that were guessed.
    if (whole) blockAt(scroller.current, first)?.scrollIntoView({ block: 'start' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when all blocks were drawn
  }, [whole]);
  const draw = (item: DiffItem, at: number): JSX.Element => (
    <div key={item.key} data-index={at} className={blockClass(item, current)}>
      <BlockView item={item} model={model} narrow={narrow} />
    </div>
  );
  return (
    <div ref={scroller} className="cellar-Blocks" tabIndex={0} role="region" aria-label="Cells">
      {changes === 0 ? (
        <Empty title="Nothing changed.">
          {noise.length === 0
            ? 'Both sides hold the same.'
            : 'What differs is what every run makes differ: it is counted as noise.'}
        </Empty>
      ) : null}
      {whole ? (
        <div className="cellar-AllBlocks">{items.map(draw)}</div>
      ) : (
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const item = items[index];
            return item === undefined ? null : (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className={blockClass(item, current)}
                style={{ transform: `translateY(${String(start)}px)` }}
              >
                <BlockView item={item} model={model} narrow={narrow} />
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}

function blockAt(scroller: HTMLElement | null, at: number): Element | null {
  return scroller?.querySelector(`[data-index="${String(at)}"]`) ?? null;
}

function blockClass({ key }: DiffItem, current: string | undefined): string {
  return `cellar-Block${key === current ? ' cellar-mod-current' : ''}`;
}

function estimate(item: DiffItem | undefined): number {
  if (item === undefined || item.kind === 'fold')
    return item?.open === true ? item.cells.length * 90 : 28;
  if (item.kind === 'metadata') return 40 + item.leaves.length * 24;
  const lines = item.change.source?.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0) ?? 3;
  return 40 + lines * 18 + item.change.outputs.length * 200;
}
