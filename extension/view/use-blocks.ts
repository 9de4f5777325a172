import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

/** What the blocks of a view are: their keys, and about how high one is before it was drawn, in pixels. */
export interface Blocks<Item> {
  readonly items: readonly Item[];
  readonly estimate: (item: Item | undefined) => number;
  readonly gap: number;
}

/** The blocks near the window of a long view. */
export function useBlocks<Item extends { readonly key: string }>(
  scroller: RefObject<HTMLDivElement>,
  { items, estimate, gap }: Blocks<Item>,
): Virtualizer<HTMLDivElement, Element> {
  return useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (at) => items[at]?.key ?? at,
    estimateSize: (at) => estimate(items[at]),
    // Where nothing is laid out yet, as when a page is drawn in the background.
    initialRect: { width: 900, height: 900 },
    overscan: 4,
    gap,
  });
}
