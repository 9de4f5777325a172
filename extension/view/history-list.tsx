import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type JSX, type KeyboardEvent } from 'react';

import type { HistoryRow } from '../../contract/history.js';
import type { HistoryItem } from '../model/history-items.js';
import type { HistoryModel } from '../model/history.js';
import type { LiveModel } from '../model/live.js';
import { formatCount } from '../model/words.js';
import { NOW, rowEntries, type HistoryActions } from './history-actions.js';
import { HistoryRowView } from './history-row.js';
import { Icon } from './icons.js';
import { LiveRow, type LiveProps } from './live-row.js';
import { Menu, type MenuPlace } from './menu.js';
import { useRegistered } from './use-registered.js';
import { useStore } from './use-store.js';

/** Pixels that an item takes before it was measured. */
const ESTIMATE = { day: 32, row: 52, live: 52, fold: 28 } as const;
const REST_ROW = 52;

/** The versions as a list of which only the visible part is in the document; it loads the rest as it is scrolled to. */
export function HistoryList(props: {
  readonly model: HistoryModel;
  readonly actions: HistoryActions;
  /** What goes on in the notebook, where that is followed. */
  readonly live?: LiveModel | undefined;
}): JSX.Element {
  const { model, actions, live } = props;
  const { items, metric, selection, busy } = useStore(model);
  const scroller = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<string>();
  const [menu, setMenu] = useState<{ row: HistoryRow; place: MenuPlace }>();
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (at) => items[at]?.key ?? at,
    estimateSize: (at) => estimate(items[at]),
    initialRect: { width: 300, height: 800 },
    overscan: 6,
  });
  const shown = virtual.getVirtualItems();
  const registered = useRegistered(actions.registered);
  const { onLineage } = actions;
  const toLive = (runs: readonly string[]): LiveProps | undefined =>
    live && {
      model: live,
      runs,
      onOpenRun:
        onLineage &&
        ((run) => {
          onLineage(`run:${run}`);
        }),
    };
  useSteadyScroll(scroller, items, (at) => virtual.measurementsCache[at]?.start);

  const atRest = items[shown[shown.length - 1]?.index ?? -1]?.kind === 'rest';
  useEffect(() => {
    if (atRest && !busy) void model.loadMore();
  }, [atRest, busy, model, items]);

  const focused = items.some(({ key }) => key === focus) ? focus : firstFocusable(items);
  const activate = (item: HistoryItem, add: boolean): void => {
    if (item.kind === 'fold') model.toggleFold(item.key);
    if (item.kind === 'row') compareRow(item.row, add, model, actions);
  };
  const move = (at: number): void => {
    const item = items[at];
    if (item === undefined) return;
    setFocus(item.key);
    virtual.scrollToIndex(at);
    // The row may come into the document only with the scroll.
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-key="${item.key}"]`)?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLElement && event.target.closest('a, button') !== null) return;
    const at = items.findIndex(({ key }) => key === focused);
    const next = nextFocus(items, at, event.key);
    const item = items[at];
    if (next !== undefined) move(next);
    else if ((event.key === 'Enter' || event.key === ' ') && item !== undefined)
      activate(item, event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={scroller}
      className="cellar-List"
      role="grid"
      aria-label="Versions, newest first"
      aria-rowcount={items.length}
      aria-multiselectable
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {shown.map(({ index, start, key }) => {
          const item = items[index];
          if (item === undefined) return null;
          const chosen = selection?.id === item.key || selection?.other === item.key;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              data-key={item.key}
              className={`cellar-List-item cellar-mod-${item.kind}${chosen ? ' cellar-mod-chosen' : ''}`}
              style={{ transform: `translateY(${String(start)}px)` }}
              role="row"
              aria-rowindex={index + 1}
              aria-selected={item.kind === 'row' ? chosen : undefined}
              aria-expanded={item.kind === 'fold' ? item.open : undefined}
              tabIndex={isFocusable(item) ? (item.key === focused ? 0 : -1) : undefined}
              onFocus={() => {
                if (isFocusable(item)) setFocus(item.key);
              }}
              onClick={(event) => {
                if (event.target instanceof Element && event.target.closest('a, button')) return;
                activate(item, event.ctrlKey || event.metaKey);
              }}
              onContextMenu={(event) => {
                if (item.kind !== 'row') return;
                event.preventDefault();
                event.stopPropagation();
                const rect = event.currentTarget.getBoundingClientRect();
                // A menu key gives no pointer's place.
                const byKey = event.clientX === 0 && event.clientY === 0;
                const place = byKey
                  ? { x: rect.left + 24, y: rect.top + 24 }
                  : { x: event.clientX, y: event.clientY };
                setMenu({ row: item.row, place });
              }}
            >
              {item.kind === 'row' ? (
                <HistoryRowView
                  row={item.row}
                  metric={metric}
                  folded={item.folded}
                  artifactUrl={actions.artifactUrl}
                  onOpenFile={actions.onOpenFile}
                  registered={registered}
                  live={item.live && toLive(item.live)}
                />
              ) : (
                <OtherItem
                  item={item}
                  live={item.kind === 'live' ? toLive(item.runs) : undefined}
                />
              )}
            </div>
          );
        })}
      </div>
      {menu === undefined ? null : (
        <Menu
          label="This version"
          place={menu.place}
          entries={rowEntries(
            menu.row,
            { before: model.findBefore(menu.row.id), best: metric?.best },
            actions,
          )}
          onClose={() => {
            setMenu(undefined);
          }}
        />
      )}
    </div>
  );
}

/** A click shows what changed against the version before; the oldest is compared with now. With `add`, the two chosen ones. */
function compareRow(
  row: HistoryRow,
  add: boolean,
  model: HistoryModel,
  actions: HistoryActions,
): void {
  model.select(row.id, add);
  const chosen = model.state.selection;
  if (chosen?.other !== undefined) {
    const [older, newer] = inOrder(model.state.rows, chosen.id, chosen.other);
    actions.onCompare(older, newer);
  } else if (chosen !== undefined) {
    const before = model.findBefore(chosen.id);
    if (before === undefined) actions.onCompare(chosen.id, NOW);
    else actions.onCompare(before, chosen.id);
  }
}

function inOrder(
  rows: readonly HistoryRow[],
  one: string,
  two: string,
): readonly [older: string, newer: string] {
  const place = (id: string): number => rows.findIndex((row) => row.id === id);
  return place(one) > place(two) ? [one, two] : [two, one];
}

function OtherItem({
  item,
  live,
}: {
  readonly item: Exclude<HistoryItem, { kind: 'row' }>;
  readonly live: LiveProps | undefined;
}): JSX.Element | null {
  switch (item.kind) {
    case 'live':
      return live === undefined ? null : <LiveRow {...live} />;
    case 'day':
      return (
        <div className="cellar-Day" role="gridcell">
          {item.label}
        </div>
      );
    case 'fold':
      return (
        <div className="cellar-Fold" role="gridcell">
          <Icon name={item.open ? 'expand' : 'right'} />
          {formatCount(item.count, 'automatic version')}
        </div>
      );
    case 'rest':
      return (
        <div className="cellar-Rest" role="gridcell" style={{ height: item.count * REST_ROW }}>
          {formatCount(item.count, 'older version')}
        </div>
      );
  }
}

/** Keeps what is seen in place when items come or go above it; at the very top the newest stays in view. */
function useSteadyScroll(
  scroller: React.RefObject<HTMLDivElement | null>,
  items: readonly HistoryItem[],
  startOf: (at: number) => number | undefined,
): void {
  const anchor = useRef<{ key: string; start: number; items: readonly HistoryItem[] }>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    const old = anchor.current;
    if (element === null) return;
    if (old !== undefined && old.items !== items && element.scrollTop > 0) {
      const start = startOf(items.findIndex(({ key }) => key === old.key));
      if (start !== undefined && start !== old.start) element.scrollTop += start - old.start;
    }
    const top = element.scrollTop;
    const at = items.findIndex((_, i) => (startOf(i) ?? 0) >= top);
    const item = items[at];
    if (item !== undefined) anchor.current = { key: item.key, start: startOf(at) ?? 0, items };
  });
}

function estimate(item: HistoryItem | undefined): number {
  if (item === undefined) return ESTIMATE.row;
  if (item.kind === 'rest') return item.count * REST_ROW;
  if (item.kind !== 'row') return ESTIMATE[item.kind];
  return ESTIMATE.row + Math.min(3, item.row.artifacts.length) * 24;
}

function isFocusable(item: HistoryItem): boolean {
  return item.kind === 'row' || item.kind === 'fold';
}

function firstFocusable(items: readonly HistoryItem[]): string | undefined {
  return items.find(isFocusable)?.key;
}

/** Where a key moves the focus to; undefined when it does not. */
function nextFocus(items: readonly HistoryItem[], at: number, key: string): number | undefined {
  const steps: Readonly<Record<string, readonly [from: number, step: 1 | -1]>> = {
    ArrowDown: [at + 1, 1],
    ArrowUp: [at - 1, -1],
    Home: [0, 1],
    End: [items.length - 1, -1],
  };
  const found = steps[key];
  if (found === undefined) return undefined;
  for (let next = found[0]; next >= 0 && next < items.length; next += found[1]) {
    const item = items[next];
    if (item !== undefined && isFocusable(item)) return next;
  }
  return at;
}
