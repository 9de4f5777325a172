import { useEffect, type RefObject } from 'react';

/** Tells whether an element can be seen: its tab is in front, and so is the page. Where the browser cannot say, it is taken to be. */
export function useShown(element: RefObject<HTMLElement>, tell: (isShown: boolean) => void): void {
  useEffect(() => {
    const { current } = element;
    let isThere = true;
    const say = (): void => {
      tell(isThere && document.visibilityState !== 'hidden');
    };
    const observer =
      current === null || typeof IntersectionObserver === 'undefined'
        ? undefined
        : new IntersectionObserver((entries) => {
            isThere = entries.some(({ isIntersecting }) => isIntersecting);
            say();
          });
    if (current !== null) observer?.observe(current);
    document.addEventListener('visibilitychange', say);
    return () => {
      observer?.disconnect();
      document.removeEventListener('visibilitychange', say);
    };
  }, [element, tell]);
}
