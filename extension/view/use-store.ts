import { useEffect, useState, useSyncExternalStore } from 'react';

import type { Store } from '../model/store.js';

/** A store's state, read again whenever it changes. */
export function useStore<S extends object>(store: Store<S>): S {
  return useSyncExternalStore(
    store.subscribe,
    () => store.state,
    () => store.state,
  );
}

/** The time in milliseconds since 1970, renewed every `interval` milliseconds. */
export function useNow(interval: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, interval);
    return () => {
      clearInterval(timer);
    };
  }, [interval]);
  return now;
}

/** A name for the theme in force, which changes when JupyterLab or the page switches it. */
export function useTheme(): string {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    const read = (): void => {
      setTheme(readTheme());
    };
    const observer = new MutationObserver(read);
    const attributeFilter = ['data-jp-theme-name', 'data-jp-theme-light', 'data-theme'];
    observer.observe(document.body, { attributeFilter });
    observer.observe(document.documentElement, { attributeFilter });
    const media = matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', read);
    return () => {
      observer.disconnect();
      media.removeEventListener('change', read);
    };
  }, []);
  return theme;
}

function readTheme(): string {
  if (typeof document === 'undefined') return '';
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const { jpThemeName = '', jpThemeLight = '' } = document.body.dataset;
  return [
    jpThemeName,
    jpThemeLight,
    document.documentElement.dataset.theme ?? '',
    String(dark),
  ].join();
}
