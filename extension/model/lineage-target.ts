import type { Lineage, LineageNode } from '../../contract/lineage.js';

/** What opens when a person chooses a node, or something that is named beside it. */
export type LineageTarget =
  /** Any node by its id, with its own lineage. */
  | { readonly kind: 'node'; readonly id: string }
  /** A run, at a cell as it was when it ran where one is named. */
  | { readonly kind: 'run'; readonly run: string; readonly cell?: string }
  /** What a version of a notebook changed. */
  | { readonly kind: 'diff'; readonly base: string; readonly head: string }
  | { readonly kind: 'notebook'; readonly notebook: string; readonly path: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number };

/** What a node opens as. A cell is shown as it was when it ran, by the run that it made. */
export function targetOf(node: LineageNode, { edges }: Pick<Lineage, 'edges'>): LineageTarget {
  const own = { kind: 'node', id: node.id } as const;
  if (node.gone === 'missing' || node.gone === 'expired') return own;
  switch (node.kind) {
    case 'run':
      return { kind: 'run', run: node.run };
    case 'cell': {
      const made = edges.find(({ from, to }) => from === node.id && to.startsWith('run:'))?.to;
      if (made === undefined) return own;
      return { kind: 'run', run: made.slice('run:'.length), cell: node.cell };
    }
    case 'snapshot':
      return node.before === null
        ? { kind: 'notebook', notebook: node.notebook, path: node.path }
        : { kind: 'diff', base: node.before, head: node.snapshot };
    case 'notebook':
      return { kind: 'notebook', notebook: node.notebook, path: node.path };
    case 'version':
      return node.name === '' || node.gone !== undefined
        ? own
        : { kind: 'version', name: node.name, version: node.version };
    case 'dataset':
    case 'artifact':
    case 'model':
    case 'entry':
      return own;
  }
}
