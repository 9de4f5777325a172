import { useLayoutEffect, useState, type RefObject } from 'react';

/** Whether an element is narrower than this many pixels now; false before it is drawn. */
export function useNarrow(element: RefObject<HTMLElement>, width: number): boolean {
  const [narrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const { current } = element;
    // Without the observer there is no layout either (a test's document).
    if (current === null || typeof ResizeObserver === 'undefined') return undefined;
    const measure = (): void => {
      // A hidden tab has no width, and keeps what it had.
      if (current.clientWidth > 0) setNarrow(current.clientWidth < width);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => {
      observer.disconnect();
    };
  }, [element, width]);
  return narrow;
}
