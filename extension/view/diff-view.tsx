import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type JSX,
  type KeyboardEvent,
} from 'react';

import type { DiffItem } from '../model/compare-items.js';
import type { CompareModel } from '../model/compare.js';
import { CellView } from './diff-cell.js';
import { FoldView } from './diff-fold.js';
import { DiffHeader, type DiffActions } from './diff-header.js';
import { DiffHelp } from './diff-help.js';
import { DiffOutline } from './diff-outline.js';
import type { PartContext } from './diff-parts.js';
import { Leaves } from './leaves.js';
import { Empty, ProblemBanner, Skeleton } from './states.js';
import { useNarrow } from './use-narrow.js';
import { useStore } from './use-store.js';

/** Pixels below which two columns of code hold too little of a line. */
const NARROW = 520;

/** Two states of a notebook compared, cell by cell. It loads nothing itself: call the model's `load`. */
export function DiffView(props: {
  readonly model: CompareModel;
  readonly actions?: DiffActions;
}): JSX.Element {
  const { model, actions = {} } = props;
  const { phase, problem, changes, comparison, busy } = useStore(model);
  const [help, setHelp] = useState(false);
  const closeHelp = useCallback(() => {
    setHelp(false);
  }, []);
  return (
    <section
      className="cellar cellar-Diff"
      aria-label="What changed"
      aria-busy={busy}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (onDiffKey(event, model, setHelp)) event.preventDefault();
      }}
    >
      <DiffHeader
        model={model}
        actions={actions}
        onHelp={() => {
          setHelp(true);
        }}
      />
      {problem === undefined ? null : (
        <ProblemBanner problem={problem} onRetry={() => void model.load()} />
      )}
      {phase === 'loading' ? <Skeleton label="Comparing" rows={6} /> : null}
      {comparison === undefined ? null : (
        <div className="cellar-Diff-body">
          <DiffOutline model={model} />
          <DiffBlocks model={model} none={changes === 0} />
        </div>
      )}
      {help ? <DiffHelp onClose={closeHelp} /> : null}
    </section>
  );
}

/** The blocks of a diff, of which only those near the window are in the document. */
function DiffBlocks(props: { readonly model: CompareModel; readonly none: boolean }): JSX.Element {
  const { model, none } = props;
  const { items, current } = useStore(model);
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useNarrow(scroller, NARROW);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (at) => items[at]?.key ?? at,
    estimateSize: (at) => estimate(items[at]),
    initialRect: { width: 900, height: 900 },
    overscan: 4,
    gap: 12,
  });
  useEffect(() => {
    const at = items.findIndex(({ key }) => key === current);
    if (at >= 0) virtual.scrollToIndex(at, { align: 'start' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a move scrolls, not a fold that opens
  }, [current]);
  return (
    <div ref={scroller} className="cellar-Blocks" tabIndex={0} role="region" aria-label="Cells">
      {none ? (
        <Empty title="Nothing changed.">
          What only a new run makes differ is counted as noise.
        </Empty>
      ) : null}
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const item = items[index];
          return item === undefined ? null : (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={`cellar-Block${item.key === current ? ' cellar-mod-current' : ''}`}
              style={{ transform: `translateY(${String(start)}px)` }}
            >
              <Block item={item} model={model} narrow={narrow} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Block({
  item,
  model,
  narrow,
}: {
  readonly item: DiffItem;
  readonly model: CompareModel;
  readonly narrow: boolean;
}): JSX.Element | null {
  const { comparison, choices, baseCells } = useStore(model);
  const context = useMemo<PartContext>(
    () => ({
      layout: narrow ? 'unified' : choices.layout,
      load: (hash, signal) => model.value(hash, signal),
    }),
    [choices.layout, model, narrow],
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
          <Leaves leaves={item.leaves} label="Notebook metadata" />
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
        />
      );
  }
}

/** Runs what a key stands for; false when it stands for nothing here, or a field has the focus. */
function onDiffKey(
  event: KeyboardEvent,
  model: CompareModel,
  setHelp: (open: boolean) => void,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (
    event.target instanceof HTMLElement &&
    event.target.closest('input:not([type=checkbox]), select')
  )
    return false;
  const { choices } = model.state;
  const commands: Readonly<Record<string, () => void>> = {
    n: () => {
      model.move(1);
    },
    p: () => {
      model.move(-1);
    },
    j: () => {
      model.move(1, true);
    },
    k: () => {
      model.move(-1, true);
    },
    o: () => {
      model.choose({ outputs: !choices.outputs });
    },
    m: () => {
      model.choose({ metadata: !choices.metadata });
    },
    u: () => {
      model.choose({ layout: choices.layout === 'split' ? 'unified' : 'split' });
    },
    e: () => {
      model.toggleAll();
    },
    '?': () => {
      setHelp(true);
    },
  };
  const command = Object.hasOwn(commands, event.key) ? commands[event.key] : undefined;
  command?.();
  return command !== undefined;
}

function estimate(item: DiffItem | undefined): number {
  if (item === undefined || item.kind === 'fold')
    return item?.open === true ? item.cells.length * 90 : 28;
  if (item.kind === 'metadata') return 40 + item.leaves.length * 24;
  const lines = item.change.source?.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0) ?? 3;
  return 40 + lines * 18 + item.change.outputs.length * 200;
}
