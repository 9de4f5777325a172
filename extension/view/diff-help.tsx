import type { JSX } from 'react';

import { DIFF_KEYS } from './diff-keys.js';
import { KeysHelp } from './keys-help.js';

const KEYS = [
  ...DIFF_KEYS.map(({ key, words }) => [key, words] as const),
  ['Ctrl F', 'find: draws every cell first'],
  ['?', 'this help'],
  ['Esc', 'close'],
] as const;

/** The keys of the diff. */
export function DiffHelp({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return <KeysHelp keys={KEYS} onClose={onClose} />;
}
