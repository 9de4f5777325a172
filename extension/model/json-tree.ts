import type { Leaf } from '../../contract/diff.js';

/** Changed leaves of a JSON value by their places in it. */
export type JsonNode =
  | { readonly kind: 'leaf'; readonly name: string; readonly leaf: Leaf }
  | {
      readonly kind: 'branch';
      /** The keys that lead here, with nothing beside them: "data › 0 › y". */
      readonly name: string;
      readonly path: string;
      readonly children: readonly JsonNode[];
      /** How many leaves are below. */
      readonly count: number;
    };

interface Growing {
  readonly path: string;
  readonly children: Map<string, Growing>;
  leaf?: Leaf;
}

/** Leaves as a tree in their order; keys without a fork between them are one branch. */
export function toJsonTree(leaves: readonly Leaf[]): readonly JsonNode[] {
  const root: Growing = { path: '', children: new Map() };
  for (const leaf of leaves) {
    let at = root;
    for (const key of splitPointer(leaf.path)) {
      const next = at.children.get(key) ?? { path: `${at.path}/${key}`, children: new Map() };
      at.children.set(key, next);
      at = next;
    }
    at.leaf = leaf;
  }
  if (root.leaf !== undefined) return [{ kind: 'leaf', name: '(all)', leaf: root.leaf }];
  return toNodes(root);
}

/** A JSON Pointer (RFC 6901) as people write a path: "a › b › 0"; the whole value is "(all)". */
export function readablePath(pointer: string): string {
  return pointer === '' ? '(all)' : splitPointer(pointer).join(SEPARATOR);
}

const SEPARATOR = ' \u203a ';

function toNodes(growing: Growing): readonly JsonNode[] {
  return [...growing.children].flatMap(([key, child]) => toNode(key, child));
}

function toNode(key: string, growing: Growing): readonly JsonNode[] {
  let name = key;
  let at = growing;
  // A leaf may lie above others: a value that became an object.
  while (at.leaf === undefined && at.children.size === 1) {
    const [only] = at.children;
    if (only === undefined) break;
    name = `${name}${SEPARATOR}${only[0]}`;
    at = only[1];
  }
  const nodes: JsonNode[] = [];
  if (at.leaf !== undefined) nodes.push({ kind: 'leaf', name, leaf: at.leaf });
  if (at.children.size > 0) {
    const children = toNodes(at);
    const count = children.reduce(
      (sum, child) => sum + (child.kind === 'leaf' ? 1 : child.count),
      0,
    );
    nodes.push({ kind: 'branch', name, path: at.path, children, count });
  }
  return nodes;
}

function splitPointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
