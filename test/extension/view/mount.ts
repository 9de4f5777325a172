import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { ReactNode } from 'react';
import { afterEach } from 'vitest';

// jsdom has no layout: the scrolling boxes are 800 pixels high, everything in them 40.
Object.defineProperties(HTMLElement.prototype, {
  clientWidth: { configurable: true, get: () => 300 },
  offsetHeight: { configurable: true, get: () => 40 },
  clientHeight: {
    configurable: true,
    get(this: HTMLElement) {
      return this.matches('.cellar-List, .cellar-Blocks, .cellar-Snapshots') ? 800 : 40;
    },
  },
});
Element.prototype.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;
window.matchMedia = () => Object.assign(new EventTarget(), { matches: false }) as MediaQueryList;
(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Draws a view into the document until the test ends, and waits for what it loads. */
export async function mount(view: ReactNode): Promise<HTMLElement> {
  const place = document.createElement('div');
  document.body.append(place);
  const root = createRoot(place);
  await act(async () => {
    root.render(view);
    await settled();
  });
  ends.push(() => {
    act(() => {
      root.unmount();
    });
    place.remove();
  });
  return place;
}

/** Does something to a view and waits until it was drawn. */
export async function during(work: () => unknown): Promise<void> {
  await act(async () => {
    await work();
    await settled();
  });
}

/** A press of a key on an element. */
export function press(
  element: Element | null | undefined,
  key: string,
  init: KeyboardEventInit = {},
): void {
  element?.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }),
  );
}

/** A click on an element, with modifiers. */
export function click(element: Element | null | undefined, init: MouseEventInit = {}): void {
  if (element === null || element === undefined) throw new Error('nothing to click on');
  element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }));
}

function settled(): Promise<void> {
  return new Promise((done) => setTimeout(done, 30));
}
