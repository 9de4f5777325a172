import { LINEAGE_KINDS, type LineageKind } from '../../contract/lineage.js';

/** A node by its kind and its own id there: of a cell "SNAPSHOT/CELL", of a registered version "MODEL-3", of a file its SHA-256. */
export interface NodeName {
  readonly kind: LineageKind;
  readonly own: string;
}

export function toNodeId(kind: LineageKind, own: string): string {
  return `${kind}:${own}`;
}

const KINDS = new Map<string, LineageKind>(LINEAGE_KINDS.map((kind) => [kind, kind]));

/** The inverse of toNodeId; undefined for a text that begins with no kind. */
export function parseNodeId(id: string): NodeName | undefined {
  const at = id.indexOf(':');
  const kind = KINDS.get(id.slice(0, at));
  return kind === undefined ? undefined : { kind, own: id.slice(at + 1) };
}

export function toCellId(snapshot: string, cell: string): string {
  return toNodeId('cell', `${snapshot}/${cell}`);
}

/** The version and the cell that a cell's own id names. */
export function parseCell(own: string): { readonly snapshot: string; readonly cell: string } {
  const at = own.indexOf('/');
  return at === -1
    ? { snapshot: own, cell: '' }
    : { snapshot: own.slice(0, at), cell: own.slice(at + 1) };
}
