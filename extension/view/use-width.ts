import { useLayoutEffect, useState, type RefObject } from 'react';

/** How wide an element is now, in pixels; before it is drawn, and where there is no layout (a test's document), as wide as can be. */
export function useWidth(element: RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(Infinity);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null || typeof ResizeObserver === 'undefined') return undefined;
    const measure = (): void => {
      // A hidden tab has no width, and keeps what it had.
      if (current.clientWidth > 0) setWidth(current.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return width;
}
