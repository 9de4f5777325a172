import { useCallback, useEffect, useRef, useState, type JSX, type RefObject } from 'react';

import type { MergeItem } from '../model/merge-items.js';
import type { MergeModel } from '../model/merge.js';
import { baseName, formatCount } from '../model/words.js';
import { Icon } from './icons.js';
import { MergeAutomatic } from './merge-automatic.js';
import { MergeCellView } from './merge-cell.js';
import { MetadataDecisions } from './merge-decisions.js';
import { MergeHeader } from './merge-header.js';
import { MergeHelp } from './merge-help.js';
import { onMergeKey } from './merge-keys.js';
import { MergeNotices } from './merge-notices.js';
import { Empty, Skeleton } from './states.js';
import { useNarrow } from './use-narrow.js';
import { useBlocks } from './use-blocks.js';
import { useStore } from './use-store.js';

/** Pixels below which three columns of code hold too little of a line. */
const NARROW = 720;

/** A notebook's merge in three columns. It loads nothing itself: call the model's `load`. */
export function MergeView(props: {
  readonly model: MergeModel;
  /** Offers to end without a result, as the merge tool does. */
  readonly canCancel?: boolean;
}): JSX.Element {
  const { model, canCancel = false } = props;
  const { phase, busy, view, current } = useStore(model);
  const [help, setHelp] = useState(false);
  const [shown, setShown] = useState<'all' | 'merged'>('all');
  const section = useRef<HTMLElement>(null);
  const narrow = useNarrow(section, NARROW);
  const closeHelp = useCallback(() => {
    setHelp(false);
  }, []);
  useScrollTo(section, current);
  useFirstFocus(section, phase === 'ready');
  const classes = [
    'cellar cellar-Diff cellar-Merge',
    narrow ? 'cellar-mod-stacked' : '',
    narrow && shown === 'merged' ? 'cellar-mod-merged-only' : '',
  ];
  return (
    <section
      ref={section}
      className={classes.join(' ')}
      aria-label={`Merge of ${baseName(view?.path ?? 'a notebook')}`}
      aria-busy={busy}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (phase !== 'ready') return;
        const isTaken = onMergeKey(event, model, () => {
          setHelp(true);
        });
        if (isTaken) event.preventDefault();
      }}
    >
      {phase === 'ready' ? (
        <MergeHeader
          model={model}
          onHelp={() => {
            setHelp(true);
          }}
          sides={narrow ? { shown, onShow: setShown } : undefined}
          onCancel={canCancel ? () => void model.leave() : undefined}
        />
      ) : null}
      <MergeNotices model={model} />
      {phase === 'loading' ? <Skeleton label="Merging" rows={6} /> : null}
      {phase === 'absent' ? (
        <Empty title="There is nothing to merge.">This notebook waits for no merge.</Empty>
      ) : null}
      {phase === 'ready' && view !== undefined ? (
        <>
          <MergeAutomatic model={model} />
          {narrow ? null : <ColumnNames local={view.labels.local} remote={view.labels.remote} />}
          <MergeBlocks model={model} />
        </>
      ) : null}
      {help && view !== undefined ? <MergeHelp labels={view.labels} onClose={closeHelp} /> : null}
    </section>
  );
}

function ColumnNames(props: { readonly local: string; readonly remote: string }): JSX.Element {
  return (
    <div className="cellar-MergeNames" aria-hidden>
      <span className="cellar-mod-local">{props.local}</span>
      <span>merged</span>
      <span className="cellar-mod-remote">{props.remote}</span>
    </div>
  );
}

/** The blocks of a merge, of which only those near the window are in the document. */
function MergeBlocks({ model }: { readonly model: MergeModel }): JSX.Element {
  const { items, current } = useStore(model);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useBlocks(scroller, { items, estimate, gap: 16 });
  useEffect(() => {
    const at = items.findIndex((item) => holds(item, current));
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a move scrolls, not a choice
  }, [current]);
  return (
    <div ref={scroller} className="cellar-Blocks" tabIndex={0} role="region" aria-label="Cells">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const item = items[index];
          return item === undefined ? null : (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={`cellar-Block${holds(item, current) ? ' cellar-mod-current' : ''}`}
              style={{ transform: `translateY(${String(start)}px)` }}
            >
              <MergeBlock item={item} model={model} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function MergeBlock(props: {
  readonly item: MergeItem;
  readonly model: MergeModel;
}): JSX.Element | null {
  const { item, model } = props;
  const { view, editing } = useStore(model);
  if (view === undefined) return null;
  const { labels, language } = view;
  switch (item.kind) {
    case 'metadata':
      return (
        <article className="cellar-Cell cellar-mod-conflict" aria-label="Notebook metadata">
          <MetadataDecisions model={model} decisions={item.decisions} labels={labels} />
        </article>
      );
    case 'fold':
      return (
        <div className="cellar-Folded">
          <button
            type="button"
            aria-expanded={item.open}
            onClick={() => {
              model.toggleFold(item.key);
            }}
          >
            <Icon name={item.open ? 'expand' : 'right'} />
            {formatCount(item.cells.length, 'cell')} without a conflict
          </button>
          {item.open
            ? item.cells.map((merged) => (
                <MergeCellView
                  key={merged.cell.key}
                  model={model}
                  merged={merged}
                  labels={labels}
                  language={language}
                  isEditing={editing === merged.cell.key}
                />
              ))
            : null}
        </div>
      );
    case 'cell':
      return (
        <MergeCellView
          model={model}
          merged={item.merged}
          labels={labels}
          language={language}
          isEditing={editing === item.merged.cell.key}
        />
      );
  }
}

/** Brings the part of a cell that the keys act on into sight, once its block is drawn. */
function useScrollTo(section: RefObject<HTMLElement>, decision: string | undefined): void {
  useEffect(() => {
    if (decision === undefined) return undefined;
    const frame = requestAnimationFrame(() => {
      const parts = section.current?.querySelectorAll<HTMLElement>('[data-decision]') ?? [];
      for (const part of parts)
        if (part.dataset.decision === decision) part.scrollIntoView({ block: 'nearest' });
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [section, decision]);
}

/** Lets the keys work at once where nothing else has the focus. */
function useFirstFocus(section: RefObject<HTMLElement>, isReady: boolean): void {
  useEffect(() => {
    const { activeElement } = document;
    const isFree = activeElement === null || activeElement.contains(section.current);
    if (isReady && isFree) section.current?.focus({ preventScroll: true });
  }, [section, isReady]);
}

function holds(item: MergeItem, decision: string | undefined): boolean {
  if (decision === undefined) return false;
  switch (item.kind) {
    case 'cell':
      return item.merged.cell.decisions.includes(decision);
    case 'fold':
      return item.cells.some(({ cell }) => cell.decisions.includes(decision));
    case 'metadata':
      return item.decisions.some(({ id }) => id === decision);
  }
}

function estimate(item: MergeItem | undefined): number {
  if (item === undefined) return 28;
  if (item.kind === 'fold') return item.open ? item.cells.length * 90 : 28;
  if (item.kind === 'metadata') return 40 + item.decisions.length * 28;
  const lines = item.merged.source.split('\n').length;
  return 60 + lines * 18 + item.merged.open.length * 40;
}
