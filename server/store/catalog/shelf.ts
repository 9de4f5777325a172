import { compareText, insertionPoint } from './order.js';

/** Something with an id, as every row is. */
interface Kept {
  readonly id: string;
}

/** The rows of one document: those whose ids are not less than `first`, and less than the next one's. */
export interface Leaf<Row extends Kept> {
  readonly first: string;
  readonly rows: Map<string, Row>;
  /** Holds what its document does not. */
  dirty: boolean;
}

const SAMPLES = 32;

/**
 * One collection's rows, parted into leaves by id as the leaves of a B-tree are, so that one row more never means that a large
 * document is written. `limit` is about how many bytes of JSON a leaf may have.
 */
export class Shelf<Row extends Kept, Stored extends Leaf<Row> = Leaf<Row>> {
  /** By `first`; the first leaf's is "". */
  leaves: Stored[] = [];

  constructor(
    private readonly limit: number,
    private readonly makeLeaf: (first: string) => Stored,
  ) {}

  put(row: Row): void {
    const leaf = this.leafOf(row.id);
    leaf.rows.set(row.id, row);
    leaf.dirty = true;
  }

  delete(id: string): void {
    const leaf = this.leafOf(id);
    if (leaf.rows.delete(id)) leaf.dirty = true;
  }

  /** Parts the changed leaves that have grown too large, and drops those that are empty but for the first. */
  settle(): void {
    this.leaves = this.leaves.flatMap((leaf, index) => {
      if (!leaf.dirty) return leaf;
      if (leaf.rows.size === 0 && index > 0) return [];
      return this.part(leaf, index === this.leaves.length - 1);
    });
  }

  private leafOf(id: string): Stored {
    let leaf = this.leaves[insertionPoint(this.leaves, id, firstIsAtMost) - 1];
    if (leaf === undefined) {
      leaf = this.makeLeaf('');
      this.leaves.unshift(leaf);
    }
    return leaf;
  }

  private part(leaf: Stored, isLast: boolean): Stored[] {
    const each = sizeOfRow(leaf.rows);
    const most = Math.max(1, Math.floor(this.limit / each));
    if (leaf.rows.size <= most) return [leaf];
    // Most ids are made in rising order: what the last leaf leaves behind stays full, any other is halved.
    const count = isLast ? Math.max(1, Math.floor(0.75 * most)) : Math.ceil(leaf.rows.size / 2);
    const rows = [...leaf.rows.values()].sort((a, b) => compareText(a.id, b.id));
    const parts: Stored[] = [];
    for (let at = 0; at < rows.length; at += count) {
      const part = this.makeLeaf(at === 0 ? leaf.first : (rows[at]?.id ?? ''));
      for (const row of rows.slice(at, at + count)) part.rows.set(row.id, row);
      part.dirty = true;
      parts.push(part);
    }
    return parts;
  }
}

function firstIsAtMost(leaf: { readonly first: string }, id: string): number {
  return leaf.first <= id ? -1 : 1;
}

/** What a row takes as JSON, as far as some of them tell. */
function sizeOfRow(rows: ReadonlyMap<string, unknown>): number {
  const step = Math.max(1, Math.floor(rows.size / SAMPLES));
  let [index, bytes, count] = [0, 0, 0];
  for (const row of rows.values()) {
    if (index % step === 0) {
      bytes += JSON.stringify(row).length + 1;
      count += 1;
    }
    index += 1;
  }
  return count === 0 ? 1 : bytes / count;
}
