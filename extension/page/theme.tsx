import { useState, type JSX } from 'react';

import type { Memory } from '../model/memory.js';
import { IconButton } from '../view/button.js';

type Theme = 'light' | 'dark';

/** Applies the remembered theme; without one the system's holds. */
export function applyTheme(memory: Memory): void {
  const theme = memory.get('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}

/** Turns the page light or dark, and remembers it. */
export function ThemeButton({ memory }: { readonly memory: Memory }): JSX.Element {
  const [theme, setTheme] = useState<Theme>(currentTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <IconButton
      icon="theme"
      label={`Turn ${other}`}
      onClick={() => {
        memory.set('theme', other);
        document.documentElement.dataset.theme = other;
        setTheme(other);
      }}
    />
  );
}

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
