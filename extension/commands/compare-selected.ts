import { COMMANDS } from './ids.js';
import type { Command, Parts } from './parts.js';

/** Compares the two notebooks that are selected in the file browser, in the order in which they are listed there. */
export const compareSelected: Command = {
  id: COMMANDS.compareSelected,
  inPalette: true,
  label: () => 'Compare Selected Notebooks',
  caption: 'Show what differs between the two notebooks selected in the file browser',
  isEnabled: (parts) => findPair(parts) !== undefined,
  isVisible: (parts) => findPair(parts) !== undefined,
  execute: async (parts) => {
    const pair = findPair(parts);
    if (pair === undefined) return;
    const [base, head] = pair;
    await parts.openComparison({
      base: { kind: 'file', path: base },
      head: { kind: 'file', path: head },
    });
  },
};

function findPair(parts: Parts): readonly [string, string] | undefined {
  const [base, head, ...more] = parts.selectedFiles();
  if (base?.type !== 'notebook' || head?.type !== 'notebook' || more.length > 0) return undefined;
  return [base.path, head.path];
}
